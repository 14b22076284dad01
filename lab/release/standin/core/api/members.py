"""Members of a project and their roles (harbor.md 5.5)."""

import psycopg2.errors

from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.permissions import ROLE_NAMES
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

LISTING = Listing("project_member m JOIN harbor_user u ON u.user_id = m.entity_id",
                  {"entity_name": "u.username", "role_id": "m.role"}, "m.id",
                  select="m.*, u.username")
PATH = "/api/v2.0/projects/{project}/members"


def routes(state: State) -> Router:
    router = Router()

    @router.on("GET", PATH)
    def listed(request: Request, project: str) -> Answer:
        found = state.allowed_project(request, project, "member", "list")
        name = request.query.get("entityname", "")
        return LISTING.answer(request, state.database, _shown,
                              "m.project_id = %s AND u.username ILIKE %s",
                              found["project_id"], f"%{name}%")

    @router.on("POST", PATH)
    def add(request: Request, project: str) -> Answer:
        found = state.allowed_project(request, project, "member", "create")
        wanted = request.json()
        if wanted.get("role_id") not in ROLE_NAMES:
            raise Refused(400, "BAD_REQUEST", f"role id {wanted.get('role_id')} is not valid")
        user = _user(state, wanted)
        try:
            made = state.database.row(
                "INSERT INTO project_member (project_id, entity_id, role) VALUES (%s,%s,%s) "
                "RETURNING id", found["project_id"], user["user_id"], wanted["role_id"])
        except psycopg2.errors.UniqueViolation as cause:
            raise Refused(409, "CONFLICT", f"{user['username']} is a member already") from cause
        return Answer(201, headers=[
            ("Location", f"/api/v2.0/projects/{found['project_id']}/members/{made['id']}")])

    @router.on("GET", PATH + "/{member}")
    def read(request: Request, project: str, member: str) -> Answer:
        found = state.allowed_project(request, project, "member", "read")
        return Answer.json(_shown(_member(state, found, member)))

    @router.on("PUT", PATH + "/{member}")
    def change(request: Request, project: str, member: str) -> Answer:
        # Harbor does not look at the value either: the caller must.
        found = state.allowed_project(request, project, "member", "update")
        state.database.run("UPDATE project_member SET role = %s WHERE id = %s",
                           int(request.json().get("role_id", 0)),
                           _member(state, found, member)["id"])
        return Answer(200)

    @router.on("DELETE", PATH + "/{member}")
    def remove(request: Request, project: str, member: str) -> Answer:
        found = state.allowed_project(request, project, "member", "delete")
        state.database.run("DELETE FROM project_member WHERE id = %s",
                           _member(state, found, member)["id"])
        return Answer(200)

    return router


def _user(state: State, wanted: dict) -> Row:
    if wanted.get("member_group"):
        raise Refused(400, "BAD_REQUEST", "the stand-in knows no groups: add users")
    asked = wanted.get("member_user") or {}
    found = state.database.row(
        "SELECT * FROM harbor_user WHERE username = %s OR user_id::text = %s",
        asked.get("username"), str(asked.get("user_id") or ""))
    if not found:
        raise Refused(404, "NOT_FOUND", f"user {asked.get('username')} not found")
    return found


def _member(state: State, project: Row, member: str) -> Row:
    found = state.database.row(
        f"SELECT {LISTING.select} FROM {LISTING.table} "  # noqa: S608
        "WHERE m.project_id = %s AND m.id::text = %s", project["project_id"], member)
    if not found:
        raise Refused(404, "NOT_FOUND", f"member {member} not found")
    return found


def _shown(row: Row) -> dict[str, object]:
    return {"id": row["id"], "project_id": row["project_id"], "entity_id": row["entity_id"],
            "entity_name": row["username"], "entity_type": "u", "role_id": row["role"],
            "role_name": ROLE_NAMES.get(row["role"], "")}
