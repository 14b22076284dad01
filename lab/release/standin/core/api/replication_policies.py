"""Replication policies: what goes to which registry (harbor.md 5.8)."""

import psycopg2.errors

from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

LISTING = Listing("replication_policy", {"name": "name", "id": "id"}, "id")
PATH = "/api/v2.0/replication/policies"
TRIGGERS = ("manual", "scheduled", "event_based")
KEPT = ("description", "dest_namespace", "filters", "trigger", "override", "speed",
        "copy_by_chunk", "single_active_replication")


def routes(state: State) -> Router:
    router = Router()

    @router.on("GET", PATH)
    def listed(request: Request) -> Answer:
        state.caller(request).require("replication-policy", "list")
        return LISTING.answer(request, state.database, _shown)

    @router.on("POST", PATH)
    def create(request: Request) -> Answer:
        state.caller(request).require("replication-policy", "create")
        number = _store(state, request.json(), None)
        return Answer(201, headers=[("Location", f"{PATH}/{number}")])

    @router.on("GET", PATH + "/{number}")
    def read(request: Request, number: str) -> Answer:
        state.caller(request).require("replication-policy", "read")
        return Answer.json(_shown(policy(state, number)))

    @router.on("PUT", PATH + "/{number}")
    def replace(request: Request, number: str) -> Answer:
        state.caller(request).require("replication-policy", "update")
        _store(state, request.json(), policy(state, number)["id"])
        return Answer(200)

    @router.on("DELETE", PATH + "/{number}")
    def delete(request: Request, number: str) -> Answer:
        state.caller(request).require("replication-policy", "delete")
        state.database.run("DELETE FROM replication_policy WHERE id = %s",
                           policy(state, number)["id"])
        return Answer(200)

    return router


def policy(state: State, number: str) -> Row:
    found = state.database.row("SELECT * FROM replication_policy WHERE id::text = %s", number)
    if not found:
        raise Refused(404, "NOT_FOUND", f"replication policy {number} not found")
    return found


def _store(state: State, wanted: dict, number: int | None) -> int:
    """Make the policy, or replace it whole; what is not sent is gone."""
    peer = _checked(state, wanted)
    body = {key: wanted[key] for key in KEPT if wanted.get(key) is not None}
    body["speed"] = max(0, body.get("speed", 0))  # negative means unlimited, stored as 0
    # `deletion` counts; the documented replicate_deletion is not read.
    body["replicate_deletion"] = bool(wanted.get("deletion"))
    body["dest_namespace_replace_count"] = wanted.get("dest_namespace_replace_count", -1)
    values = (wanted["name"], peer, bool(wanted.get("enabled")), body)
    try:
        if number is None:
            made = state.database.row(
                "INSERT INTO replication_policy (name, peer_id, enabled, body) "
                "VALUES (%s,%s,%s,%s) RETURNING id", *values)
            return (made or {})["id"]
        state.database.run("UPDATE replication_policy SET name = %s, peer_id = %s, enabled = %s, "
                           "body = %s, update_time = now() WHERE id = %s", *values, number)
    except psycopg2.errors.UniqueViolation as cause:
        raise Refused(409, "CONFLICT", f"policy {wanted['name']} already exists") from cause
    return number


def _checked(state: State, wanted: dict) -> int:
    """The id of the destination; 400 for what Harbor would refuse or the stand-in lacks."""
    if not wanted.get("name"):
        raise Refused(400, "BAD_REQUEST", "the policy has no name")
    peer = (wanted.get("dest_registry") or {}).get("id")
    if wanted.get("src_registry") or not peer:
        raise Refused(400, "BAD_REQUEST", "the stand-in only pushes: give a dest_registry")
    if not state.database.row("SELECT 1 FROM peer WHERE id = %s", peer):
        raise Refused(400, "BAD_REQUEST", f"registry {peer} not found")
    trigger = wanted.get("trigger") or {}
    kind = trigger.get("type", "manual")
    if kind not in TRIGGERS:
        raise Refused(400, "BAD_REQUEST", f"invalid trigger type {kind}")
    cron = str((trigger.get("trigger_settings") or {}).get("cron", "")).split()
    if kind == "scheduled" and (len(cron) != 6 or cron[0] != "0" or cron[1] == "*"):
        raise Refused(400, "BAD_REQUEST", "invalid cron string for scheduled trigger")
    return int(peer)


def _shown(row: Row) -> dict[str, object]:
    return {**row["body"], "id": row["id"], "name": row["name"], "enabled": row["enabled"],
            "dest_registry": {"id": row["peer_id"]}, "creation_time": row["creation_time"],
            "update_time": row["update_time"]}
