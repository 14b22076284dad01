"""Manifests: the registry keeps them by digest, tags live in the database only."""

import hashlib
import json

from lab.release.standin.wire.server import Answer, Refused, Request

from . import images, registry_blobs
from .database import Row
from .state import State

LARGEST = 4 * 1024 * 1024


def handle(state: State, request: Request, project: Row, name: str, reference: str) -> Answer:
    if request.method in ("GET", "HEAD"):
        return _read(state, request, name, reference)
    if request.method == "PUT":
        return _write(state, request, project, name, reference)
    if request.method == "DELETE":
        return _delete(state, request, name, reference)
    raise Refused(405, "METHOD_NOT_ALLOWED", f"method {request.method} is not allowed")


def tags(state: State, name: str) -> Answer:
    rows = state.database.rows("SELECT t.name FROM tag t JOIN repository r ON r.id = "
                               "t.repository_id WHERE r.name = %s ORDER BY t.name", name)
    if not rows and not state.database.row("SELECT 1 FROM repository WHERE name = %s", name):
        raise Refused(404, "NOT_FOUND", f"repository {name} not found")
    return Answer.json({"name": name, "tags": [row["name"] for row in rows]})


def referrers() -> Answer:
    """Always an empty index: the stand-in keeps no referrers."""
    answer = Answer.json({"schemaVersion": 2, "mediaType": images.INDEXES[0], "manifests": []})
    answer.headers = [("Content-Type", images.INDEXES[0])]
    return answer


def _read(state: State, request: Request, name: str, reference: str) -> Answer:
    artifact = images.find_artifact(state, name, reference)
    if not artifact:
        raise Refused(404, "NOT_FOUND", f"artifact {name}:{reference} not found")
    answer = registry_blobs.forward(state, request,
                                    path=f"/v2/{name}/manifests/{artifact['digest']}")
    if request.method == "GET" and answer.status == 200:
        images.note_pull(state, artifact, reference)
    return answer


def _write(state: State, request: Request, project: Row, name: str, reference: str) -> Answer:
    content = request.body.read(LARGEST + 1)
    while len(content) <= LARGEST and (more := request.body.read(LARGEST)):
        content += more
    if len(content) > LARGEST:
        raise Refused(400, "MANIFEST_INVALID", "the manifest is larger than 4 MiB")
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    _check(content, reference, digest)
    images.require_room(state, project, len(content), digest)
    # By the digest that was asked for, so that the registry refuses one that does not fit.
    stored_as = reference if images.DIGEST.match(reference) else digest
    answer = registry_blobs.forward(state, request, content,
                                    path=f"/v2/{name}/manifests/{stored_as}")
    if answer.status == 201:
        images.keep_manifest(state, project, name, reference, digest=digest,
                             media_type=request.header("content-type"), content=content)
        answer.headers = [(k, f"/v2/{name}/manifests/{reference}" if k.lower() == "location" else v)
                          for k, v in answer.headers]
        state.audit(_who(request), "create", "artifact", f"{name}:{reference}",
                    project_id=project["project_id"])
    return answer


def _check(content: bytes, reference: str, digest: str) -> None:
    if not images.DIGEST.match(reference) and not images.TAG.match(reference):
        raise Refused(400, "BAD_REQUEST", f"invalid reference {reference}")
    try:
        json.loads(content)
    except ValueError as cause:
        raise Refused(400, "MANIFEST_INVALID", f"manifest {digest} is not JSON") from cause


def _delete(state: State, request: Request, name: str, reference: str) -> Answer:
    if not images.DIGEST.match(reference):
        raise Refused(400, "UNSUPPORTED", "The operation is unsupported: delete by tag")
    artifact = images.find_artifact(state, name, reference)
    home = state.database.row("SELECT * FROM repository WHERE name = %s", name)
    if not artifact or not home:
        raise Refused(404, "NOT_FOUND", f"artifact {name}@{reference} not found")
    images.delete_artifact(state, home, artifact)
    state.audit(_who(request), "delete", "artifact", f"{name}@{reference}",
                project_id=home["project_id"])
    return Answer(202)


def _who(request: Request) -> str:
    return getattr(request.context.get("caller"), "name", "")
