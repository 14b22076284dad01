"""Who did what (harbor.md 5.12)."""

from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Request

COLUMNS = {name: name for name in ("operation", "operation_result", "resource", "resource_type",
                                   "username", "op_time", "id", "project_id")}
LISTING = Listing("audit_log_ext", COLUMNS, "op_time DESC, id DESC")
EVENTS = """create_artifact delete_artifact pull_artifact create_project delete_project
    delete_repository login_user logout_user create_user delete_user update_user
    create_robot delete_robot update_configuration"""


def routes(state: State) -> Router:
    router = Router()

    @router.on("GET", "/api/v2.0/auditlog-exts/events")
    def events(request: Request) -> Answer:
        state.caller(request).require_known()
        return Answer.json([{"event_type": event} for event in EVENTS.split()])

    @router.on("GET", "/api/v2.0/auditlog-exts")
    @router.on("GET", "/api/v2.0/audit-logs")
    def everywhere(request: Request) -> Answer:
        caller = state.caller(request)
        caller.require_known()
        if caller.may("audit-log", "list"):
            return LISTING.answer(request, state.database, _shown)
        return LISTING.answer(
            request, state.database, _shown, "project_id IN (SELECT project_id FROM "
            "project_member WHERE entity_id = %s AND role <> 5)",
            (caller.user or {}).get("user_id", 0))

    @router.on("GET", "/api/v2.0/projects/{project}/auditlog-exts")
    def of_project(request: Request, project: str) -> Answer:
        found = state.allowed_project(request, project, "log", "list")
        return LISTING.answer(request, state.database, _shown, "project_id = %s",
                              found["project_id"])

    return router


def _shown(row: Row) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != "project_id"}
