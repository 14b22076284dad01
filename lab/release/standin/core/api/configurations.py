"""Reading and changing the settings (harbor.md 5.13)."""

from lab.release.standin.core.configuration import DEFAULTS, SECRET
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request


def routes(state: State) -> Router:
    router = Router()

    @router.on("GET", "/api/v2.0/configurations")
    def read(request: Request) -> Answer:
        state.caller(request).require_admin()
        editable = not state.configuration.is_locked
        return Answer.json({name: {"value": value, "editable": editable}
                            for name, value in sorted(state.configuration.all().items())})

    @router.on("PUT", "/api/v2.0/configurations")
    def change(request: Request) -> Answer:
        caller = state.caller(request)
        caller.require_admin()
        if state.configuration.is_locked:
            raise Refused(403, "FORBIDDEN", "current config is init by env variable: "
                                            "CONFIG_OVERWRITE_JSON, it cannot be updated")
        wanted = request.json()
        _check(state, wanted)
        state.configuration.change(wanted)
        state.audit(caller.name, "update", "configuration", ", ".join(sorted(wanted)))
        return Answer(200)

    return router


def _check(state: State, wanted: dict) -> None:
    for name, value in wanted.items():
        if name in SECRET:
            continue
        if name not in DEFAULTS:
            raise Refused(400, "BAD_REQUEST", f"unknown setting {name}")
        if type(value) is not type(DEFAULTS[name]):
            raise Refused(400, "BAD_REQUEST", f"the value of {name} is not valid: {value}")
    mode = wanted.get("auth_mode")
    users = state.database.row("SELECT count(*) AS n FROM harbor_user WHERE user_id > 1") or {}
    if mode and mode != state.configuration.get("auth_mode") and users["n"]:
        raise Refused(400, "BAD_REQUEST", "the auth mode cannot be modified as new users have "
                                          "been inserted into database")
