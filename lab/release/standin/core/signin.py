"""Signing in and out of the web pages by form (harbor.md 5.1)."""

from urllib.parse import parse_qs

from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

from .sessions import COOKIE
from .state import State


def routes(state: State) -> Router:
    router = Router()

    @router.on("POST", "/c/login")
    def sign_in(request: Request) -> Answer:
        form = parse_qs(request.body.read().decode())
        name = form.get("principal", [""])[0]
        caller = state.doorman.check(name, form.get("password", [""])[0])
        if caller is None or not caller.user:
            state.audit(name[:255], "login", "user", name[:255], succeeded=False)
            raise Refused(401, "UNAUTHORIZED", "Invalid user name or password")
        state.audit(caller.name, "login", "user", caller.name)
        sid = state.sessions.begin(caller.user["user_id"])
        return Answer(200, headers=[state.sessions.cookie(COOKIE, sid)])

    @router.on("GET", "/c/log_out")
    def sign_out(request: Request) -> Answer:
        state.sessions.end(request)
        return Answer(200)

    return router
