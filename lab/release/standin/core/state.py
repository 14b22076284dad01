"""What all parts of core share: environment, database, redis, who calls, what happened."""

from dataclasses import dataclass, field

from lab.release.standin.wire.redis import Redis
from lab.release.standin.wire.server import Refused, Request

from .callers import Caller, Doorman
from .configuration import Configuration
from .database import Database, Row
from .environment import Environment
from .sealing import Seal
from .sessions import Sessions


@dataclass
class State:
    """Made once at the start."""

    environment: Environment
    database: Database
    redis: Redis
    doorman: Doorman
    sessions: Sessions
    configuration: Configuration
    seal: Seal
    health: dict[str, str] = field(default_factory=dict)

    def caller(self, request: Request) -> Caller:
        """Who sends this request: Basic first, then the session, else nobody."""
        if "caller" not in request.context:
            caller = self.doorman.from_basic(request)
            if caller is None:
                user_id = self.sessions.user_id(request)
                caller = self.doorman.user(user_id, "session") if user_id else None
            request.context["caller"] = caller or self.doorman.nobody()
        return request.context["caller"]  # type: ignore[return-value]

    def project(self, request: Request, name_or_id: str) -> Row | None:
        """A number is an id unless the header says that it is a name."""
        named = request.header("x-is-resource-name").lower() == "true"
        column = "project_id" if name_or_id.isdigit() and not named else "name"
        return self.project_by(column, name_or_id)

    def project_by(self, column: str, value: object) -> Row | None:
        return self.database.row(f"SELECT * FROM project WHERE {column}::text = %s", str(value))  # noqa: S608

    def allowed_project(self, request: Request, name_or_id: str, resource: str,
                        action: str) -> Row:
        """The project, when the caller may; 404 only for those who may know that it is none."""
        caller, project = self.caller(request), self.project(request, name_or_id)
        if project is None and not caller.is_admin:
            caller.require_known()
            raise Refused(403, "FORBIDDEN", "permission denied")
        if project is None:
            raise Refused(404, "NOT_FOUND", f"project {name_or_id} not found")
        caller.require(resource, action, project)
        return project

    def audit(self, caller_name: str, operation: str, kind: str, resource: str, *,
              project_id: int = 0, succeeded: bool = True) -> None:
        """Keep who did what (harbor.md 5.12)."""
        self.database.run(
            "INSERT INTO audit_log_ext (project_id, operation, operation_description, "
            "operation_result, resource, resource_type, username) VALUES (%s,%s,%s,%s,%s,%s,%s)",
            project_id, operation, f"{operation} {kind}: {resource}", succeeded, resource, kind,
            caller_name)
