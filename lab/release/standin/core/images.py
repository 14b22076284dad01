"""What the database knows of pushed images: blobs, artifacts, tags, and the quota they use."""

import json
import re
from datetime import UTC, datetime

from lab.release.standin.wire.server import Refused

from .database import Cursor, Row
from .state import State

TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
INDEXES = ("application/vnd.oci.image.index.v1+json",
           "application/vnd.docker.distribution.manifest.list.v2+json")


def find_artifact(state: State, repository: str, reference: str) -> Row | None:
    """The artifact of a tag or digest in a repository given by its full name."""
    if DIGEST.match(reference):
        return state.database.row(
            "SELECT a.* FROM artifact a JOIN repository r ON r.id = a.repository_id "
            "WHERE r.name = %s AND a.digest = %s", repository, reference)
    return state.database.row(
        "SELECT a.* FROM tag t JOIN artifact a ON a.id = t.artifact_id "
        "JOIN repository r ON r.id = a.repository_id WHERE r.name = %s AND t.name = %s",
        repository, reference)


def require_room(state: State, project: Row, size: int, digest: str = "") -> None:
    """403 DENIED when `size` more bytes would exceed the quota; a blob held already is free."""
    row = state.database.row(
        "SELECT hard, (SELECT coalesce(sum(b.size), 0) FROM project_blob p JOIN blob b "
        "USING (digest) WHERE p.project_id = q.project_id) AS used, EXISTS (SELECT 1 FROM "
        "project_blob WHERE project_id = q.project_id AND digest = %s) AS held "
        "FROM quota q WHERE project_id = %s", digest, project["project_id"])
    if not row or row["hard"] == -1 or row["held"]:
        return
    if not state.configuration.get("quota_per_project_enable"):
        return
    if row["used"] + size > row["hard"]:
        raise Refused(403, "DENIED", "adding {:.1f} MiB of storage resource, which when updated to "
                      "current usage of {:.1f} MiB will exceed the configured upper limit of "
                      "{:.1f} MiB.".format(*(int(n) / 1048576 for n in (size, row["used"],
                                                                       row["hard"]))))


def keep_blob(state: State, project: Row, digest: str, size: int) -> None:
    with state.database.transaction() as cursor:
        _keep_blob(cursor, project, digest, size)


def blob_size(state: State, digest: str) -> int | None:
    found = state.database.row("SELECT size FROM blob WHERE digest = %s", digest)
    return found["size"] if found else None


def keep_manifest(state: State, project: Row, repository: str, reference: str, *,
                  digest: str, media_type: str, content: bytes) -> None:
    """Record a manifest that the registry has accepted, and its tag when it came by one."""
    manifest = json.loads(content)
    with state.database.transaction() as cursor:
        _keep_blob(cursor, project, digest, len(content))
        home = cursor.row(
            "INSERT INTO repository (name, project_id) VALUES (%s,%s) ON CONFLICT (name) "
            "DO UPDATE SET update_time = now() RETURNING id", repository, project["project_id"])
        number = (home or {})["id"]
        artifact = _keep_artifact(cursor, project, number, digest, media_type, manifest,
                                  len(content))
        cursor.run("DELETE FROM artifact_trash WHERE repository = %s AND digest = %s",
                   repository, digest)
        if not DIGEST.match(reference):
            cursor.run("INSERT INTO tag (repository_id, artifact_id, name) VALUES (%s,%s,%s) "
                       "ON CONFLICT (repository_id, name) DO UPDATE SET artifact_id = "
                       "excluded.artifact_id, push_time = now()", number, artifact, reference)


def delete_artifact(state: State, repository: Row, artifact: Row) -> None:
    """Only the database forgets it; the registry does at the next garbage collection."""
    with state.database.transaction() as cursor:
        cursor.run("INSERT INTO artifact_trash (repository, digest) VALUES (%s,%s) "
                   "ON CONFLICT DO NOTHING", repository["name"], artifact["digest"])
        cursor.run("DELETE FROM artifact WHERE id = %s", artifact["id"])


def note_pull(state: State, artifact: Row, reference: str) -> None:
    now = datetime.now(UTC)
    with state.database.transaction() as cursor:
        cursor.run("UPDATE artifact SET pull_time = %s WHERE id = %s", now, artifact["id"])
        cursor.run("UPDATE tag SET pull_time = %s WHERE artifact_id = %s AND name = %s",
                   now, artifact["id"], reference)
        cursor.run("UPDATE repository SET pull_count = pull_count + 1 WHERE id = %s",
                   artifact["repository_id"])


def _keep_blob(cursor: Cursor, project: Row, digest: str, size: int) -> None:
    cursor.run("INSERT INTO blob (digest, size) VALUES (%s,%s) ON CONFLICT (digest) "
               "DO UPDATE SET update_time = now()", digest, size)
    cursor.run("INSERT INTO project_blob VALUES (%s,%s) ON CONFLICT DO NOTHING",
               project["project_id"], digest)


def _keep_artifact(cursor: Cursor, project: Row, repository: int, digest: str, media_type: str,
                   manifest: dict, length: int) -> int:
    """The artifact row and the blobs it holds on to; returns its id."""
    parts = [manifest["config"], *manifest.get("layers", [])] if "config" in manifest else []
    children = [_child(entry) for entry in manifest.get("manifests", [])]
    size = length + sum(part.get("size", 0) for part in parts)
    made = cursor.row(
        "INSERT INTO artifact (project_id, repository_id, digest, manifest_media_type, "
        "media_type, size, contents) VALUES (%s,%s,%s,%s,%s,%s,%s) ON CONFLICT (repository_id, "
        "digest) DO UPDATE SET push_time = now() RETURNING id", project["project_id"], repository,
        digest, media_type, (manifest.get("config") or {}).get("mediaType", media_type), size,
        children)
    number = (made or {})["id"]
    for held in {digest, *(part["digest"] for part in parts)}:
        cursor.run("INSERT INTO artifact_blob VALUES (%s,%s) ON CONFLICT DO NOTHING",
                   number, held)
    return number


def _child(entry: dict) -> dict[str, object]:
    return {"child_digest": entry["digest"], "platform": entry.get("platform") or {}}
