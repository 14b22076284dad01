"""Schedules of garbage collection and audit purging: kept, never due in the stand-in."""

from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

PERIODIC = ("Hourly", "Daily", "Weekly", "Custom")
PURGE = "/api/v2.0/system/purgeaudit/schedule"


def routes(state: State) -> Router:
    """Only the purge: garbage collection has a manual run as well and its own module."""
    router = Router()

    @router.on("GET", PURGE)
    def read_purge(request: Request) -> Answer:
        state.caller(request).require("purge-audit", "read")
        return Answer.json(read(state, "purge_schedule"))

    @router.on("POST", PURGE)
    @router.on("PUT", PURGE)
    def set_purge(request: Request) -> Answer:
        state.caller(request).require("purge-audit", "create")
        wanted = request.json()
        hours = (wanted.get("parameters") or {}).get("audit_retention_hour")
        if not isinstance(hours, int) or hours <= 0:
            raise Refused(400, "BAD_REQUEST", "audit_retention_hour should be larger than 0")
        return change(state, request, "purge_schedule", wanted)

    return router


def read(state: State, key: str) -> dict:
    row = state.database.row("SELECT v FROM properties WHERE k = %s", key)
    return row["v"]["value"] if row else {}


def change(state: State, request: Request, key: str, wanted: dict) -> Answer:
    """POST makes, PUT replaces or, with type None, deletes; 409 for a second POST."""
    schedule = wanted.get("schedule") or {}
    kind, cron = schedule.get("type"), str(schedule.get("cron") or "")
    if kind not in (*PERIODIC, "None"):
        raise Refused(400, "BAD_REQUEST", f"schedule type {kind} is not valid here")
    if kind in PERIODIC and (len(cron.split()) != 6 or cron.split()[0] != "0"):
        raise Refused(400, "BAD_REQUEST", f"invalid cron string: {cron}")
    if request.method == "POST" and read(state, key):
        raise Refused(409, "CONFLICT", "there is a schedule already")
    state.database.run("DELETE FROM properties WHERE k = %s", key)
    if kind != "None":
        state.database.run("INSERT INTO properties (k, v) VALUES (%s, %s)", key,
                           {"value": wanted})
    return Answer(201 if request.method == "POST" else 200)
