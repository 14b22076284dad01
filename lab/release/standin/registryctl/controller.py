"""Deletes blobs and manifests below docker/registry/v2 of the registry storage."""

import re
import shutil
from pathlib import Path

from lab.release.standin.wire.router import Router
from lab.release.standin.wire.secret import require
from lab.release.standin.wire.server import Answer, Refused, Request

DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
REPOSITORY = re.compile(r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*\Z")


def controller(storage: Path, secret: str) -> Router:
    """The routes of the controller over one registry storage."""
    router, base = Router(), storage / "docker/registry/v2"

    @router.on("GET", "/api/health")
    def health(request: Request) -> Answer:
        if not storage.is_dir():
            raise Refused(500, "UNKNOWN", "the registry storage is not mounted")
        return Answer.json({"status": "healthy"})

    @router.on("DELETE", "/api/registry/blob/{digest}")
    def delete_blob(request: Request, digest: str) -> Answer:
        require(request, secret)
        value = _checked(DIGEST, digest).removeprefix("sha256:")
        return _delete(base / "blobs/sha256" / value[:2] / value)

    @router.on("DELETE", "/api/registry/{name*}/manifests/{digest}")
    def delete_manifest(request: Request, name: str, digest: str) -> Answer:
        require(request, secret)
        manifests = base / "repositories" / _checked(REPOSITORY, name) / "_manifests"
        value = _checked(DIGEST, digest).removeprefix("sha256:")
        return _delete(manifests / "revisions/sha256" / value)

    return router


def _checked(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.match(value):
        raise Refused(400, "BAD_REQUEST", f"{value} is not acceptable")
    return value


def _delete(folder: Path) -> Answer:
    if not folder.exists():
        raise Refused(404, "NOT_FOUND", "not found on the storage")
    shutil.rmtree(folder)
    return Answer(200)
