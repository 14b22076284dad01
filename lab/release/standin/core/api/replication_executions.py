"""Replication runs: asked here, run by jobservice (harbor.md 5.8)."""

import re
from dataclasses import asdict

from lab.release.standin.core.api import registries
from lab.release.standin.core.api.replication_policies import policy
from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.state import State
from lab.release.standin.wire import secret
from lab.release.standin.wire.caller import call
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

PATH = "/api/v2.0/replication/executions"
LISTING = Listing("replication_execution", {"policy_id": "policy_id", "status": "status"},
                  "id DESC")
STATUSES = {"Success": "Succeed", "Error": "Failed", "Running": "InProgress"}


def routes(state: State) -> Router:
    router = Router()

    @router.on("POST", PATH)
    def start(request: Request) -> Answer:
        state.caller(request).require("replication", "create")
        return _start(state, policy(state, str(request.json().get("policy_id"))))

    @router.on("GET", PATH)
    def listed(request: Request) -> Answer:
        state.caller(request).require("replication", "list")
        number = request.query.get("policy_id")
        where, values = ("policy_id::text = %s", [number]) if number else ("TRUE", [])
        return LISTING.answer(request, state.database, _shown, where, *values)

    @router.on("GET", PATH + "/{number}")
    def read(request: Request, number: str) -> Answer:
        state.caller(request).require("replication", "read")
        return Answer.json(_shown(_row(state, number)))

    @router.on("GET", PATH + "/{number}/tasks")
    def tasks(request: Request, number: str) -> Answer:
        state.caller(request).require("replication", "list")
        found = _row(state, number)
        return Answer.json([{"id": found["id"], "execution_id": found["id"],
                             "job_id": found["job_id"], "status": found["status"],
                             "operation": "copy", "resource_type": "image"}])

    @router.on("GET", PATH + "/{number}/tasks/{task}/log")
    def read_log(request: Request, number: str, task: str) -> Answer:
        state.caller(request).require("replication", "read")
        found = call("GET", f"{state.environment.jobservice}/api/v1/jobs/"
                            f"{_row(state, number)['job_id']}/log",
                     headers=secret.header(state.environment.jobservice_secret))
        if found.status != 200:
            raise Refused(404, "NOT_FOUND", f"the log of execution {number} not found")
        return Answer.text(found.body.decode())

    _add_internal_routes(router, state)
    return router


def _add_internal_routes(router: Router, state: State) -> None:
    """For jobservice only: they ask for the secret."""
    known = state.environment.jobservice_secret

    @router.on("POST", "/service/notifications/replications/{number}")
    def told(request: Request, number: str) -> Answer:
        secret.require(request, known)
        said = request.json()
        state.database.run(
            "UPDATE replication_execution SET status = %s, job_id = %s, end_time = CASE WHEN %s "
            "THEN now() END WHERE id::text = %s", STATUSES[said["status"]], said["job_id"],
            said["status"] != "Running", number)
        return Answer(200)

    @router.on("GET", "/api/internal/replications/{number}")
    def content(request: Request, number: str) -> Answer:
        secret.require(request, known)
        found = policy(state, str(_row(state, number)["policy_id"]))
        peer = state.database.row("SELECT * FROM peer WHERE id = %s", found["peer_id"])
        return Answer.json({"peer": asdict(registries.opened(state, peer or {})),
                            "namespace": found["body"].get("dest_namespace") or "",
                            "images": _images(state, found)})

    @router.on("PUT", "/api/internal/replications/{number}")
    def counted(request: Request, number: str) -> Answer:
        secret.require(request, known)
        count = request.json()
        state.database.run("UPDATE replication_execution SET total = %s, succeed = %s, "
                           "failed = %s WHERE id::text = %s", count["total"], count["succeed"],
                           count["failed"], number)
        return Answer(200)


def _start(state: State, found: Row) -> Answer:
    if not found["enabled"]:
        raise Refused(412, "PRECONDITION", f"the policy {found['id']} is disabled")
    made = state.database.row("INSERT INTO replication_execution (policy_id, status) VALUES "
                              "(%s, 'InProgress') RETURNING id", found["id"])
    number, environment = (made or {})["id"], state.environment
    answer = call("POST", f"{environment.jobservice}/api/v1/jobs",
                  headers=secret.header(environment.jobservice_secret), value={"job": {
                      "name": "REPLICATION", "parameters": {"execution": number},
                      "status_hook": f"{environment.core}/service/notifications/"
                                     f"replications/{number}"}})
    if answer.status != 202:
        state.database.run("UPDATE replication_execution SET status = 'Failed' WHERE id = %s",
                           number)
        raise RuntimeError(f"jobservice answered {answer.status} to a replication")
    return Answer(201, headers=[("Location", f"{PATH}/{number}")])


def _images(state: State, found: Row) -> list[dict]:
    """Repository, tag and digest of everything that the filters of the policy let through."""
    rows = state.database.rows(
        "SELECT r.name AS repository, t.name AS tag, a.digest FROM tag t "
        "JOIN artifact a ON a.id = t.artifact_id JOIN repository r ON r.id = a.repository_id "
        "ORDER BY r.name, t.name")
    filters = found["body"].get("filters") or []
    return [row for row in rows if all(_passes(row, one) for one in filters)]


def _passes(row: Row, wanted: dict) -> bool:
    value = {"name": row["repository"], "tag": row["tag"]}.get(wanted["type"])
    if value is None or not wanted.get("value"):
        return True
    parts = re.split(r"(\*\*|\*)", wanted["value"])
    stars = {"**": ".*", "*": "[^/]*"}
    matches = re.fullmatch("".join(stars.get(p) or re.escape(p) for p in parts), value)
    return bool(matches) != (wanted.get("decoration") == "excludes")


def _row(state: State, number: str) -> Row:
    found = state.database.row("SELECT * FROM replication_execution WHERE id::text = %s", number)
    if not found:
        raise Refused(404, "NOT_FOUND", f"replication execution {number} not found")
    return found


def _shown(row: Row) -> dict[str, object]:
    shown = ("id", "policy_id", "status", "total", "succeed", "failed", "start_time", "end_time")
    running = row["total"] - row["succeed"] - row["failed"]
    return {key: row[key] for key in shown} | {"trigger": "manual", "stopped": 0,
                                               "in_progress": running}
