"""Users and their passwords (harbor.md 5.3)."""

import re

import psycopg2.errors

from lab.release.standin.core.callers import Caller
from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.passwords import hashed, is_acceptable, matches
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
FORBIDDEN = set(',"~#%$')
LISTING = Listing("harbor_user", {"username": "username", "email": "email",
                                  "user_id": "user_id"}, "user_id")


def routes(state: State) -> Router:
    router = Router()

    @router.on("GET", "/api/v2.0/users/current")
    def current(request: Request) -> Answer:
        caller = state.caller(request)
        if caller.robot:
            raise Refused(412, "PRECONDITION",
                          "get current user not available for security context: robot")
        caller.require_known()
        return Answer.json(_shown(caller.user))

    @router.on("GET", "/api/v2.0/users/search")
    def search(request: Request) -> Answer:
        state.caller(request).require_known()
        found = Listing("harbor_user", {}, "username")
        return found.answer(
            request, state.database,
            lambda row: {"user_id": row["user_id"], "username": row["username"]},
            "username ILIKE %s", f"%{request.query.get('username', '')}%")

    @router.on("GET", "/api/v2.0/users")
    def listed(request: Request) -> Answer:
        state.caller(request).require("user", "list")
        return LISTING.answer(request, state.database, _shown)

    @router.on("POST", "/api/v2.0/users")
    def create(request: Request) -> Answer:
        caller = state.caller(request)
        if not state.configuration.get("self_registration"):
            caller.require("user", "create")
        return _create(state, caller, request.json())

    @router.on("GET", "/api/v2.0/users/{user_id}")
    def read(request: Request, user_id: str) -> Answer:
        _require_self_or_admin(state.caller(request), user_id)
        return Answer.json(_shown(_user(state, user_id)))

    @router.on("DELETE", "/api/v2.0/users/{user_id}")
    def delete(request: Request, user_id: str) -> Answer:
        caller = state.caller(request)
        caller.require("user", "delete")
        user = _user(state, user_id)
        if user["user_id"] in (1, (caller.user or {}).get("user_id")):
            raise Refused(403, "FORBIDDEN", f"user {user['username']} cannot be deleted")
        state.database.run("UPDATE project SET owner_id = 1 WHERE owner_id = %s", user["user_id"])
        state.database.run("DELETE FROM harbor_user WHERE user_id = %s", user["user_id"])
        state.audit(caller.name, "delete", "user", user["username"])
        return Answer(200)

    @router.on("PUT", "/api/v2.0/users/{user_id}/sysadmin")
    def promote(request: Request, user_id: str) -> Answer:
        state.caller(request).require_admin()
        user = _user(state, user_id)
        state.database.run("UPDATE harbor_user SET sysadmin_flag = %s WHERE user_id = %s",
                           bool(request.json().get("sysadmin_flag")), user["user_id"])
        return Answer(200)

    @router.on("PUT", "/api/v2.0/users/{user_id}/password")
    def change_password(request: Request, user_id: str) -> Answer:
        caller, wanted = state.caller(request), request.json()
        _require_self_or_admin(caller, user_id)
        return _change_password(state, caller, _user(state, user_id), wanted)

    return router


def _create(state: State, caller: Caller, wanted: dict) -> Answer:
    name, email = str(wanted.get("username", "")), str(wanted.get("email", ""))
    if not 1 <= len(name) <= 255 or FORBIDDEN & set(name):
        raise Refused(400, "BAD_REQUEST", "username is not valid")
    if not EMAIL.match(email):
        raise Refused(400, "BAD_REQUEST", "email is not valid")
    if not wanted.get("realname") or FORBIDDEN & set(wanted["realname"]):
        raise Refused(400, "BAD_REQUEST", "realname is not valid")
    if len(wanted.get("comment") or "") > 30:
        raise Refused(400, "BAD_REQUEST", "comment is longer than 30 characters")
    _check_policy(str(wanted.get("password", "")))
    salt, password = hashed(wanted["password"])
    try:
        made = state.database.row(
            "INSERT INTO harbor_user (username, email, realname, comment, password, salt) "
            "VALUES (%s,%s,%s,%s,%s,%s) RETURNING user_id", name, email, wanted["realname"],
            wanted.get("comment") or "", password, salt)
    except psycopg2.errors.UniqueViolation as cause:
        raise Refused(409, "CONFLICT", f"user {name} or {email} already exists") from cause
    state.audit(caller.name, "create", "user", name)
    return Answer(201, headers=[("Location", f"/api/v2.0/users/{made['user_id']}")])


def _change_password(state: State, caller: Caller, user: Row, wanted: dict) -> Answer:
    is_own = (caller.user or {}).get("user_id") == user["user_id"]
    new = str(wanted.get("new_password", ""))
    if is_own and not matches(str(wanted.get("old_password", "")), user["salt"],
                              user["password"]):
        raise Refused(403, "FORBIDDEN", "old_password is not correct")
    _check_policy(new)
    if matches(new, user["salt"], user["password"]):
        raise Refused(400, "BAD_REQUEST", "the new password can not be same with the old one")
    salt, password = hashed(new)
    state.database.run("UPDATE harbor_user SET password = %s, salt = %s, update_time = now() "
                       "WHERE user_id = %s", password, salt, user["user_id"])
    state.audit(caller.name, "update", "user", user["username"])
    return Answer(200)


def _check_policy(password: str) -> None:
    if not is_acceptable(password):
        raise Refused(400, "BAD_REQUEST",
                      "the password or secret must be 8 to 128 characters with at least "
                      "1 uppercase letter, 1 lowercase letter and 1 number")


def _require_self_or_admin(caller: Caller, user_id: str) -> None:
    caller.require_known()
    if not caller.is_admin and str((caller.user or {}).get("user_id")) != user_id:
        raise Refused(403, "FORBIDDEN", "permission denied")


def _user(state: State, user_id: str) -> Row:
    found = state.database.row("SELECT * FROM harbor_user WHERE user_id::text = %s", user_id)
    if not found:
        raise Refused(404, "NOT_FOUND", f"user {user_id} not found")
    return found


def _shown(row: Row | None) -> dict[str, object]:
    shown = ("user_id", "username", "email", "realname", "comment", "sysadmin_flag",
             "creation_time", "update_time")
    return {key: (row or {})[key] for key in shown} | {"admin_role_in_auth": False}
