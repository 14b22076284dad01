"""Robot accounts and what they may be granted (harbor.md 5.6)."""

import re
import time

import psycopg2.errors

from lab.release.standin.core.callers import Caller
from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.passwords import hashed, is_acceptable, new_secret
from lab.release.standin.core.permissions import ROBOT_PROJECT, ROBOT_SYSTEM, grantable
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
DAY = 86400
LISTING = Listing("robot", {"name": "name", "Level": "level", "ProjectID": "project_id"}, "id")


def routes(state: State) -> Router:
    router = Router()

    @router.on("GET", "/api/v2.0/permissions")
    def grantable_pairs(request: Request) -> Answer:
        state.caller(request).require_admin()
        return Answer.json({name: [{"resource": r, "action": a} for r, a in sorted(pairs)]
                            for name, pairs in (("system", ROBOT_SYSTEM),
                                                ("project", ROBOT_PROJECT))})

    @router.on("GET", "/api/v2.0/robots")
    def listed(request: Request) -> Answer:
        found = re.search(r"ProjectID=(\d+)", request.query.get("q", ""))
        project = state.project_by("project_id", found[1]) if found else None
        state.caller(request).require("robot", "list", project)
        where = "TRUE" if project else "level = 'system'"
        return LISTING.answer(request, state.database, _shown, where)

    @router.on("POST", "/api/v2.0/robots")
    def create(request: Request) -> Answer:
        return _create(state, state.caller(request), request.json())

    @router.on("GET", "/api/v2.0/robots/{robot}")
    def read(request: Request, robot: str) -> Answer:
        return Answer.json(_shown(_allowed(state, request, robot, "read")))

    @router.on("PUT", "/api/v2.0/robots/{robot}")
    def change(request: Request, robot: str) -> Answer:
        return _change(state, _allowed(state, request, robot, "update"), request.json())

    @router.on("PATCH", "/api/v2.0/robots/{robot}")
    def renew(request: Request, robot: str) -> Answer:
        found = _allowed(state, request, robot, "update")
        given = request.json().get("secret") or ""
        if given and not is_acceptable(given):
            raise Refused(400, "BAD_REQUEST", "the secret must be 8 to 128 characters with "
                                              "upper case, lower case and a number")
        secret = given or new_secret()
        salt, stored = hashed(secret)
        state.database.run("UPDATE robot SET secret = %s, salt = %s WHERE id = %s",
                           stored, salt, found["id"])
        return Answer.json({} if given else {"secret": secret})

    @router.on("DELETE", "/api/v2.0/robots/{robot}")
    def delete(request: Request, robot: str) -> Answer:
        found = _allowed(state, request, robot, "delete")
        state.database.run("DELETE FROM robot WHERE id = %s", found["id"])
        state.audit(state.caller(request).name, "delete", "robot", found["name"])
        return Answer(200)

    return router


def _create(state: State, caller: Caller, wanted: dict) -> Answer:
    permissions, project = _checked(state, wanted)
    caller.require("robot", "create", project)
    _check_subset(caller, permissions)
    name, secret = _full_name(wanted, project), new_secret()
    salt, stored = hashed(secret)
    duration = wanted["duration"]
    expires = -1 if duration == -1 else int(time.time()) + duration * DAY
    try:
        made = state.database.row(
            "INSERT INTO robot (name, project_id, level, description, secret, salt, duration, "
            "expires_at, permissions) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s) RETURNING *",
            name, project["project_id"] if project else None, wanted["level"],
            wanted.get("description") or "", stored, salt, duration, expires, permissions)
    except psycopg2.errors.UniqueViolation as cause:
        raise Refused(409, "CONFLICT", f"robot account {name} already exists") from cause
    state.audit(caller.name, "create", "robot", name)
    shown = _shown(made or {})
    return Answer.json({key: shown[key] for key in ("id", "name", "creation_time", "expires_at")}
                       | {"secret": secret}, 201, Location=f"/api/v2.0/robots/{shown['id']}")


def _checked(state: State, wanted: dict) -> tuple[list[dict], Row | None]:
    """The permissions as they are stored and the project of a project robot; 400 if refused."""
    level, permissions = wanted.get("level"), wanted.get("permissions") or []
    if level not in ("system", "project"):
        raise Refused(400, "BAD_REQUEST", "level must be system or project")
    if not NAME.match(str(wanted.get("name", ""))):
        raise Refused(400, "BAD_REQUEST", "robot name is not in lower case or contains "
                                          "illegal characters")
    duration = wanted.get("duration")
    if not isinstance(duration, int) or duration < -1 or duration == 0:
        raise Refused(400, "BAD_REQUEST", "bad request error duration input")
    if not permissions or (level == "project" and len(permissions) != 1):
        raise Refused(400, "BAD_REQUEST", "bad request permission")
    for permission in permissions:
        _check_pairs(permission)
    if level == "system":
        return permissions, None
    project = state.project_by("name", permissions[0].get("namespace"))
    if project is None:
        raise Refused(404, "NOT_FOUND", f"project {permissions[0].get('namespace')} not found")
    return permissions, project


def _check_pairs(permission: dict) -> None:
    for access in permission.get("access") or []:
        pair = (access.get("resource"), access.get("action"))
        if pair not in grantable(permission.get("kind", "")):
            raise Refused(400, "BAD_REQUEST", f"bad request permission: {pair[0]}:{pair[1]}")


def _check_subset(caller: Caller, permissions: list[dict]) -> None:
    """A robot can only hand on what it has itself."""
    if not caller.robot:
        return
    for permission in permissions:
        own = [p for p in caller.robot["permissions"] if p["kind"] == permission["kind"]
               and p["namespace"] in ("*", permission["namespace"])]
        held = [(a["resource"], a["action"]) for p in own for a in p["access"]]
        asked = [(a["resource"], a["action"]) for a in permission["access"]]
        if not set(asked) <= set(held):
            raise Refused(403, "DENIED", "permission scope is invalid. It must be equal to or "
                                         "more restrictive than the creator robot's permissions")


def _change(state: State, robot: Row, wanted: dict) -> Answer:
    if wanted.get("name") != robot["name"] or wanted.get("level") != robot["level"]:
        raise Refused(400, "BAD_REQUEST", "cannot update the level or name of robot")
    for permission in wanted.get("permissions") or []:
        _check_pairs(permission)
    duration = wanted.get("duration", robot["duration"])
    if not isinstance(duration, int) or duration < -1 or duration == 0:
        raise Refused(400, "BAD_REQUEST", "bad request error duration input")
    expires = -1 if duration == -1 else int(robot["creation_time"].timestamp()) + duration * DAY
    state.database.run(
        "UPDATE robot SET permissions = %s, disable = %s, duration = %s, expires_at = %s, "
        "description = %s WHERE id = %s", wanted.get("permissions") or robot["permissions"],
        bool(wanted.get("disable")), duration, expires, wanted.get("description") or "",
        robot["id"])
    return Answer(200)


def _allowed(state: State, request: Request, robot: str, action: str) -> Row:
    caller = state.caller(request)
    caller.require_known()
    found = state.database.row("SELECT * FROM robot WHERE id::text = %s", robot)
    if not found:
        raise Refused(404, "NOT_FOUND", f"robot {robot} not found")
    project = (state.project_by("project_id", found["project_id"])
               if found["project_id"] else None)
    caller.require("robot", action, project)
    return found


def _full_name(wanted: dict, project: Row | None) -> str:
    return "robot$" + (f"{project['name']}+" if project else "") + wanted["name"]


def _shown(row: Row) -> dict[str, object]:
    shown = ("id", "name", "level", "description", "duration", "expires_at", "disable",
             "permissions", "creation_time", "update_time")
    return {key: row[key] for key in shown} | {"editable": True}
