"""How much a project may hold and holds (harbor.md 5.7)."""

from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

from .projects import used_bytes

LISTING = Listing("quota q JOIN project p USING (project_id) "
                  "JOIN harbor_user u ON u.user_id = p.owner_id", {}, "q.id",
                  select="q.*, p.name, u.username")


def routes(state: State) -> Router:
    router = Router()

    def shown(row: Row) -> dict[str, object]:
        return {"id": row["id"], "ref": {"id": row["project_id"], "name": row["name"],
                                         "owner_name": row["username"]},
                "hard": {"storage": row["hard"]},
                "used": {"storage": used_bytes(state, row["project_id"])},
                "creation_time": row["creation_time"], "update_time": row["update_time"]}

    @router.on("GET", "/api/v2.0/quotas")
    def listed(request: Request) -> Answer:
        state.caller(request).require("quota", "list")
        number = request.query.get("reference_id")
        where, values = ("q.project_id::text = %s", [number]) if number else ("TRUE", [])
        return LISTING.answer(request, state.database, shown, where, *values)

    @router.on("GET", "/api/v2.0/quotas/{quota}")
    def read(request: Request, quota: str) -> Answer:
        state.caller(request).require("quota", "read")
        return Answer.json(shown(_quota(state, quota)))

    @router.on("PUT", "/api/v2.0/quotas/{quota}")
    def change(request: Request, quota: str) -> Answer:
        state.caller(request).require("quota", "update")
        found = _quota(state, quota)
        hard = (request.json().get("hard") or {}).get("storage")
        if not isinstance(hard, int) or hard == 0 or hard < -1:
            raise Refused(400, "BAD_REQUEST", "invalid hard value for storage")
        state.database.run("UPDATE quota SET hard = %s, update_time = now() WHERE id = %s",
                           hard, found["id"])
        return Answer(200)

    return router


def _quota(state: State, quota: str) -> Row:
    found = state.database.row(f"SELECT {LISTING.select} FROM {LISTING.table} "  # noqa: S608
                               "WHERE q.id::text = %s", quota)
    if not found:
        raise Refused(404, "NOT_FOUND", f"quota {quota} not found")
    return found
