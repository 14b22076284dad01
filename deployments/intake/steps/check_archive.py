"""Read a complete archive once and believe it only when everything fits."""

import time
from collections.abc import Callable
from pathlib import Path

from deployments.intake import parts
from deployments.intake.space import require_size
from deployments.models import IncomingArchive, Release
from harbor.archive import Installer, read_installer
from lib.errors import ServiceError
from operations.errors import StepFailed
from operations.run import Run

# The only architecture Harbor publishes (`harbor.md 1.1`), and the one of the clusters.
_ARCHITECTURE = "amd64"


def check_archive(run: Run) -> None:
    """Digest, completeness, architecture; a refusal stays on the archive with its reason."""
    incoming = run.subject
    path = path_to_read(incoming)
    before = _mark_of(path)
    try:
        require_size(incoming.name, before[0])
        found = read_installer(path, on_progress=_progress_of(run))
        _require(incoming, found)
    except ServiceError as error:
        incoming.refuse(error)
        raise
    if _mark_of(path) != before:
        incoming.record(state=IncomingArchive.State.ARRIVING, size=0)
        raise StepFailed(
            f"{incoming.name} changed while it was read.",
            advice="It is read again by itself when it has come to rest.",
        )
    run.record(**vars(found) | {"images": [vars(image) for image in found.images]})
    run.log(
        f"{incoming.name} is Harbor {found.version} for {found.architecture} with "
        f"{len(found.images)} images, SHA-256 {found.sha256}."
    )


def path_to_read(incoming: IncomingArchive) -> Path:
    """The part while there is one, else the file in the folder of releases."""
    part = parts.path_of(incoming)
    return part if part.exists() else incoming.final_path


def require_no_other(version: str, sha256: str) -> None:
    """Raises StepFailed when instances were made from another archive of this version."""
    other = (
        Release.objects.filter(version=version, source=Release.Source.ARCHIVE)
        .exclude(archive_sha256=sha256)
        .first()
    )
    if other and other.instances.exists():
        raise StepFailed(
            f"Registries were made from another archive of Harbor {version} "
            f"(SHA-256 {other.archive_sha256}).",
            advice="Find out which of the two is genuine. A release does not change under its "
            "registries.",
        )


def _require(incoming: IncomingArchive, found: Installer) -> None:
    if incoming.sha256 and incoming.sha256 != found.sha256:
        raise StepFailed(
            f"{incoming.name} has another SHA-256 than expected: {found.sha256}.",
            advice="Compare both with the published one and bring the file again.",
            detail=f"Expected: {incoming.sha256}",
        )
    if found.architecture != _ARCHITECTURE:
        raise StepFailed(
            f"{incoming.name} is for {found.architecture}; the machines are {_ARCHITECTURE}.",
            advice=f"Bring the installer of that version for {_ARCHITECTURE}.",
        )
    require_no_other(found.version, found.sha256)


def _mark_of(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except OSError:
        return 0, 0  # reading it gives the reason
    return facts.st_size, facts.st_mtime_ns


def _progress_of(run: Run) -> Callable[[int, int], None]:
    """Tells how far reading is and stops it when asked, looking once a second."""
    looked = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal looked
        run.progress(done, total, "bytes")
        if time.monotonic() - looked > 1:
            run.checkpoint()
            looked = time.monotonic()
        if done == total:
            run.activity("Reading the images inside")

    return tell
