"""Projects and their metadata (harbor.md 5.4)."""

import re

import psycopg2.errors

from lab.release.standin.core.api import project_metadata
from lab.release.standin.core.callers import Caller
from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.permissions import ADMIN
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
LARGEST = 1024 * 1024 ** 4
LISTING = Listing(
    "project p JOIN harbor_user u ON u.user_id = p.owner_id",
    {"name": "p.name", "owner": "u.username", "public": "p.metadata->>'public'",
     "project_id": "p.project_id", "creation_time": "p.creation_time"}, "p.name",
    select="p.*, u.username AS owner_name, "
           "(SELECT count(*) FROM repository r WHERE r.project_id = p.project_id) AS repo_count")


def routes(state: State) -> Router:
    router = Router()

    @router.on("HEAD", "/api/v2.0/projects")
    def exists(request: Request) -> Answer:
        state.caller(request).require_known()
        name = request.query.get("project_name", "")
        return Answer(200 if state.project_by("name", name) else 404)

    @router.on("GET", "/api/v2.0/projects")
    def listed(request: Request) -> Answer:
        where, values = _visible(state.caller(request))
        for name, column in (("name", "p.name ILIKE %s"), ("owner", "u.username = %s"),
                             ("public", "p.metadata->>'public' = %s")):
            if name in request.query:
                where += f" AND {column}"
                value = request.query[name]
                values.append(f"%{value}%" if name == "name" else value)
        return LISTING.answer(request, state.database, lambda row: _shown(state, request, row),
                              where, *values)

    @router.on("POST", "/api/v2.0/projects")
    def create(request: Request) -> Answer:
        caller = state.caller(request)
        caller.require_known()
        everyone = state.configuration.get("project_creation_restriction") == "everyone"
        if not (caller.user and everyone):
            caller.require("project", "create")
        return _create(state, caller, request.json())

    @router.on("GET", "/api/v2.0/projects/{project}")
    def read(request: Request, project: str) -> Answer:
        found = state.allowed_project(request, project, "project", "read")
        row = state.database.row(
            f"SELECT {LISTING.select} FROM {LISTING.table} WHERE p.project_id = %s",  # noqa: S608
            found["project_id"])
        return Answer.json(_shown(state, request, row or found))

    @router.on("PUT", "/api/v2.0/projects/{project}")
    def change(request: Request, project: str) -> Answer:
        found = state.allowed_project(request, project, "project", "update")
        wanted = project_metadata.checked(request.json().get("metadata") or {})
        if wanted.get("retention_id") not in (None, found["metadata"].get("retention_id")):
            raise Refused(400, "BAD_REQUEST", "the retention_id in the request's payload when "
                                              "updating a project should be omitted")
        project_metadata.merge(state, found, wanted)
        return Answer(200)

    @router.on("DELETE", "/api/v2.0/projects/{project}")
    def delete(request: Request, project: str) -> Answer:
        found = state.allowed_project(request, project, "project", "delete")
        if _repository_count(state, found):
            raise Refused(412, "PRECONDITION", f"project {found['project_id']} contains "
                                               "repositories, can not be deleted")
        state.database.run("DELETE FROM project WHERE project_id = %s", found["project_id"])
        state.audit(state.caller(request).name, "delete", "project", found["name"],
                    project_id=found["project_id"])
        return Answer(200)

    @router.on("GET", "/api/v2.0/projects/{project}/_deletable")
    def deletable(request: Request, project: str) -> Answer:
        found = state.allowed_project(request, project, "project", "delete")
        count = _repository_count(state, found)
        message = "the project contains repositories, can not be deleted" if count else ""
        return Answer.json({"deletable": not count, "message": message})

    @router.on("GET", "/api/v2.0/projects/{project}/summary")
    def summary(request: Request, project: str) -> Answer:
        found = state.allowed_project(request, project, "project", "read")
        return Answer.json(_summary(state, found))

    return router


def _create(state: State, caller: Caller, wanted: dict) -> Answer:
    name = str(wanted.get("project_name", ""))
    if not NAME.match(name) or len(name) > 255:
        raise Refused(400, "BAD_REQUEST", "project name is not in lower case or contains "
                                          "illegal characters, or its length is not 1 to 255")
    metadata = {"public": "false"} | project_metadata.checked(wanted.get("metadata") or {})
    hard = _storage_limit(state, caller, wanted.get("storage_limit"))
    owner = caller.user["user_id"] if caller.user else 1
    try:
        with state.database.transaction() as cursor:
            made = cursor.row("INSERT INTO project (name, owner_id, metadata) VALUES (%s,%s,%s) "
                              "RETURNING project_id", name, owner, metadata)
            number = (made or {})["project_id"]
            cursor.run("INSERT INTO project_member (project_id, entity_id, role) "
                       "VALUES (%s,%s,%s)", number, owner, ADMIN)
            cursor.run("INSERT INTO quota (project_id, hard) VALUES (%s,%s)", number, hard)
    except psycopg2.errors.UniqueViolation as cause:
        raise Refused(409, "CONFLICT", f"The project named {name} already exists") from cause
    state.audit(caller.name, "create", "project", name, project_id=number)
    return Answer(201, headers=[("Location", f"/api/v2.0/projects/{number}")])


def _storage_limit(state: State, caller: Caller, wanted: object) -> int:
    """What an administrator asked for, else the default for all projects."""
    default = int(str(state.configuration.get("storage_per_project")))
    if not wanted or not caller.may("quota", "update"):
        return default
    limit = int(str(wanted))
    if limit < -1 or limit > LARGEST:
        raise Refused(400, "BAD_REQUEST", f"the storage limit {limit} is not valid")
    return limit


def _visible(caller: Caller) -> tuple[str, list]:
    if caller.may("project", "list"):
        return "TRUE", []
    public = "p.metadata->>'public' = 'true'"
    if caller.robot:
        names = [p["namespace"] for p in caller.robot["permissions"] if p["kind"] == "project"]
        return (f"({public} OR p.name = ANY(%s))", [names]) if names else (public, [])
    member = "p.project_id IN (SELECT project_id FROM project_member WHERE entity_id = %s)"
    return f"({public} OR {member})", [(caller.user or {}).get("user_id", 0)]


def _shown(state: State, request: Request, row: Row) -> dict[str, object]:
    shown = ("project_id", "name", "owner_id", "owner_name", "metadata", "creation_time",
             "update_time", "repo_count")
    role = state.caller(request).role(row)
    return {key: row.get(key) for key in shown} | {
        "deleted": False, "current_user_role_id": role,
        "current_user_role_ids": [role] if role else []}


def _summary(state: State, project: Row) -> dict[str, object]:
    roles = {1: "project_admin_count", 4: "maintainer_count", 2: "developer_count",
             3: "guest_count", 5: "limited_guest_count"}
    rows = state.database.rows("SELECT role, count(*) AS n FROM project_member "
                               "WHERE project_id = %s GROUP BY role", project["project_id"])
    counts = {row["role"]: row["n"] for row in rows}
    quota = state.database.row("SELECT hard FROM quota WHERE project_id = %s",
                               project["project_id"]) or {"hard": -1}
    return {"repo_count": _repository_count(state, project),
            **{name: counts.get(role, 0) for role, name in roles.items()},
            "quota": {"hard": {"storage": quota["hard"]},
                      "used": {"storage": used_bytes(state, project["project_id"])}}}


def used_bytes(state: State, project_id: int) -> int:
    """All blobs of the project, those of deleted artifacts as well until they are collected."""
    row = state.database.row("SELECT coalesce(sum(b.size), 0) AS n FROM project_blob p "
                             "JOIN blob b USING (digest) WHERE p.project_id = %s", project_id)
    return int((row or {"n": 0})["n"])


def _repository_count(state: State, project: Row) -> int:
    row = state.database.row("SELECT count(*) AS n FROM repository WHERE project_id = %s",
                             project["project_id"])
    return int((row or {"n": 0})["n"])
