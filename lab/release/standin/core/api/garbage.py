"""Garbage collection runs: asked here, run by jobservice (harbor.md 5.11)."""

import json
from datetime import UTC, datetime, timedelta

from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.state import State
from lab.release.standin.wire import secret
from lab.release.standin.wire.caller import call
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

from . import schedules

LISTING = Listing("garbage_run", {"id": "id", "status": "status"}, "id DESC")
UNUSED_BLOBS = ("SELECT b.digest, b.size FROM blob b WHERE b.update_time < %s AND NOT EXISTS "
                "(SELECT 1 FROM artifact_blob a WHERE a.digest = b.digest)")


def routes(state: State) -> Router:
    router = Router()

    @router.on("POST", "/api/v2.0/system/gc/schedule")
    @router.on("PUT", "/api/v2.0/system/gc/schedule")
    def schedule(request: Request) -> Answer:
        state.caller(request).require("garbage-collection", "create")
        wanted = request.json()
        kind = (wanted.get("schedule") or {}).get("type")
        if kind == "Manual":
            number = _start(state, wanted.get("parameters") or {})
            return Answer(201, headers=[("Location", f"/api/v2.0/system/gc/{number}")])
        return schedules.change(state, request, "gc_schedule", wanted)

    @router.on("GET", "/api/v2.0/system/gc/schedule")
    def read_schedule(request: Request) -> Answer:
        state.caller(request).require("garbage-collection", "read")
        return Answer.json(schedules.read(state, "gc_schedule"))

    @router.on("GET", "/api/v2.0/system/gc")
    def listed(request: Request) -> Answer:
        state.caller(request).require("garbage-collection", "list")
        return LISTING.answer(request, state.database, _shown)

    @router.on("GET", "/api/v2.0/system/gc/{number}")
    def read(request: Request, number: str) -> Answer:
        state.caller(request).require("garbage-collection", "read")
        return Answer.json(_shown(_run(state, number)))

    @router.on("GET", "/api/v2.0/system/gc/{number}/log")
    def read_log(request: Request, number: str) -> Answer:
        state.caller(request).require("garbage-collection", "read")
        job = _run(state, number)["job_id"]
        found = call("GET", f"{state.environment.jobservice}/api/v1/jobs/{job}/log",
                     headers=secret.header(state.environment.jobservice_secret))
        if found.status != 200:
            raise Refused(404, "NOT_FOUND", f"the log of run {number} not found")
        return Answer.text(found.body.decode())

    _add_internal_routes(router, state)
    return router


def _add_internal_routes(router: Router, state: State) -> None:
    """For jobservice only: they ask for the secret."""
    known = state.environment.jobservice_secret

    @router.on("POST", "/service/notifications/tasks/{number}")
    def told(request: Request, number: str) -> Answer:
        secret.require(request, known)
        said = request.json()
        state.database.run("UPDATE garbage_run SET status = %s, job_id = %s, update_time = now() "
                           "WHERE id::text = %s", said["status"], said["job_id"], number)
        return Answer(200)

    @router.on("GET", "/api/internal/gc/candidates")
    def candidates(request: Request) -> Answer:
        secret.require(request, known)
        return Answer.json(_candidates(state, request.query.get("delete_untagged") == "true"))

    @router.on("POST", "/api/internal/gc/swept")
    def swept(request: Request) -> Answer:
        secret.require(request, known)
        _forget(state, request.json())
        return Answer(200)


def _start(state: State, parameters: dict) -> int:
    workers = parameters.get("workers", 1)
    if not isinstance(workers, int) or not 1 <= workers <= 10:
        raise Refused(400, "BAD_REQUEST", f"workers must be 1 to 10, not {workers}")
    made = state.database.row(
        "INSERT INTO garbage_run (kind, parameters, status) VALUES ('MANUAL', %s, 'Pending') "
        "RETURNING id", parameters)
    number = (made or {})["id"]
    environment = state.environment
    answer = call("POST", f"{environment.jobservice}/api/v1/jobs",
                  headers=secret.header(environment.jobservice_secret),
                  value={"job": {
                      "name": "GARBAGE_COLLECTION", "parameters": parameters,
                      "metadata": {"kind": "Generic"},
                      "status_hook": f"{environment.core}/service/notifications/tasks/{number}"}})
    if answer.status != 202:
        state.database.run("UPDATE garbage_run SET status = 'Error' WHERE id = %s", number)
        raise RuntimeError(f"jobservice answered {answer.status} to a garbage collection")
    return number


def _candidates(state: State, untagged: bool) -> dict[str, list[dict]]:
    """What no artifact needs and is older than the window; manifests in the trash."""
    before = datetime.now(UTC) - timedelta(hours=state.environment.window_hours)
    with state.database.transaction() as cursor:
        if untagged:
            _trash_untagged(cursor, before)
        manifests = cursor.rows("SELECT repository, digest FROM artifact_trash "
                                "WHERE creation_time < %s", before)
        return {"manifests": manifests, "blobs": cursor.rows(UNUSED_BLOBS, before)}


def _trash_untagged(cursor, before: datetime) -> None:  # noqa: ANN001
    """Artifacts without a tag that no index refers to."""
    lonely = ("a.push_time < %s AND NOT EXISTS (SELECT 1 FROM tag t WHERE t.artifact_id = a.id) "
              "AND NOT EXISTS (SELECT 1 FROM artifact i WHERE i.repository_id = a.repository_id "
              "AND i.contents @> jsonb_build_array(jsonb_build_object('child_digest', a.digest)))")
    cursor.run("INSERT INTO artifact_trash (repository, digest, creation_time) "  # noqa: S608
               "SELECT r.name, a.digest, a.push_time FROM artifact a "
               f"JOIN repository r ON r.id = a.repository_id WHERE {lonely} "
               "ON CONFLICT DO NOTHING", before)
    cursor.run(f"DELETE FROM artifact a WHERE {lonely}", before)  # noqa: S608


def _forget(state: State, swept: dict) -> None:
    with state.database.transaction() as cursor:
        for manifest in swept["manifests"]:
            cursor.run("DELETE FROM artifact_trash WHERE repository = %s AND digest = %s",
                       manifest["repository"], manifest["digest"])
        for blob in swept["blobs"]:
            cursor.run("DELETE FROM blob WHERE digest = %s", blob["digest"])


def _run(state: State, number: str) -> Row:
    found = state.database.row("SELECT * FROM garbage_run WHERE id::text = %s", number)
    if not found:
        raise Refused(404, "NOT_FOUND", f"garbage collection {number} not found")
    return found


def _shown(row: Row) -> dict[str, object]:
    return {"id": row["id"], "job_name": "GARBAGE_COLLECTION", "job_kind": row["kind"],
            "job_parameters": json.dumps(row["parameters"]), "job_status": row["status"],
            "schedule": {"type": "Manual"}, "deleted": False,
            "creation_time": row["creation_time"], "update_time": row["update_time"]}
