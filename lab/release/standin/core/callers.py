"""Who is calling: a user, a robot, nobody; and what they may do."""

import base64
import binascii
import threading
import time
from dataclasses import dataclass, field

from lab.release.standin.wire.server import Refused, Request

from .database import Database, Row
from .passwords import matches
from .permissions import PUBLIC, ROLES

LOCKED_SECONDS = 1.5
ROBOT_PREFIX = "robot$"


@dataclass(kw_only=True)
class Caller:
    """Nobody unless a user or a robot is set; `via` says how they were recognised."""

    user: Row | None = None
    robot: Row | None = None
    via: str = ""
    database: Database = field(repr=False)

    @property
    def is_known(self) -> bool:
        return bool(self.user or self.robot)

    @property
    def is_admin(self) -> bool:
        return bool(self.user and self.user["sysadmin_flag"])

    @property
    def name(self) -> str:
        return (self.user or {}).get("username") or (self.robot or {}).get("name") or "anonymous"

    def may(self, resource: str, action: str, project: Row | None = None) -> bool:
        """Whether the action is allowed in the project, or on the system without one."""
        if self.is_admin:
            return True
        if self.robot:
            granted = self._robot_may(resource, action, project)
        else:
            granted = bool(project) and (resource, action) in ROLES.get(self.role(project), ())
        is_public = bool(project) and project["metadata"].get("public") == "true"  # type: ignore[index]
        return granted or (is_public and (resource, action) in PUBLIC)

    def role(self, project: Row | None) -> int:
        """The role id in the project, 0 for none."""
        if not self.user or not project:
            return 0
        found = self.database.row("SELECT role FROM project_member WHERE project_id = %s "
                                  "AND entity_id = %s", project["project_id"], self.user["user_id"])
        return found["role"] if found else 0

    def require(self, resource: str, action: str, project: Row | None = None) -> None:
        """401 for nobody, 403 for somebody who may not."""
        if not self.may(resource, action, project):
            self.require_known()
            raise Refused(403, "FORBIDDEN", "permission denied")

    def require_known(self) -> None:
        if not self.is_known:
            raise Refused(401, "UNAUTHORIZED", "unauthorized")

    def require_admin(self) -> None:
        self.require_known()
        if not self.is_admin:
            raise Refused(403, "FORBIDDEN", "permission denied")

    def _robot_may(self, resource: str, action: str, project: Row | None) -> bool:
        for permission in self.robot["permissions"]:  # type: ignore[index]
            if project is None and permission["kind"] != "system":
                continue
            if project is not None and (permission["kind"] != "project" or
                                        permission["namespace"] not in ("*", project["name"])):
                continue
            if {"resource": resource, "action": action} in [
                    {"resource": a["resource"], "action": a["action"]}
                    for a in permission["access"]]:
                return True
        return False


class Doorman:
    """Recognises callers; after a wrong password the name is locked for a moment."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locked_until: dict[str, float] = {}
        self._guard = threading.Lock()

    def nobody(self) -> Caller:
        return Caller(database=self._database)

    def from_basic(self, request: Request) -> Caller | None:
        """The caller that a Basic header proves; None without or with a wrong one."""
        kind, _, value = request.header("authorization").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(value).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self.check(name, password)

    def check(self, name: str, password: str) -> Caller | None:
        """The user or robot of this name and password; a wrong one costs 1.5 s."""
        with self._guard:
            if self._locked_until.get(name, 0) > time.monotonic():
                return None
        find = self._robot if name.startswith(ROBOT_PREFIX) else self._user
        caller = find(name, password)
        if caller is None and not name.startswith(ROBOT_PREFIX):
            with self._guard:
                self._locked_until[name] = time.monotonic() + LOCKED_SECONDS
            time.sleep(LOCKED_SECONDS)
        return caller

    def user(self, user_id: int, via: str) -> Caller | None:
        found = self._database.row("SELECT * FROM harbor_user WHERE user_id = %s", user_id)
        return Caller(user=found, via=via, database=self._database) if found else None

    def named(self, name: str, via: str) -> Caller:
        """The user or robot of a token; nobody when it is gone."""
        table, column = (("robot", "robot") if name.startswith(ROBOT_PREFIX)
                         else ("harbor_user", "user"))
        key = "name" if table == "robot" else "username"
        found = self._database.row(f"SELECT * FROM {table} WHERE {key} = %s", name)  # noqa: S608 - fixed names
        return Caller(**{column: found}, via=via, database=self._database)

    def _user(self, name: str, password: str) -> Caller | None:
        found = self._database.row(
            "SELECT * FROM harbor_user WHERE username = %s OR email = %s", name, name)
        if not found or not matches(password, found["salt"], found["password"]):
            return None
        return Caller(user=found, via="basic", database=self._database)

    def _robot(self, name: str, secret: str) -> Caller | None:
        found = self._database.row("SELECT * FROM robot WHERE name = %s", name)
        if not found or found["disable"] or not matches(secret, found["salt"], found["secret"]):
            return None
        if found["expires_at"] != -1 and found["expires_at"] < time.time():
            return None
        return Caller(robot=found, via="robot", database=self._database)
