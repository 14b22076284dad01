"""Give the archive its place and make it a release."""

from typing import Any

from django.db import transaction

from deployments.intake import parts
from deployments.intake.steps.check_archive import require_no_other
from deployments.models import IncomingArchive, Release
from operations.errors import StepFailed
from operations.run import Run

_ARCHIVE = Release.Source.ARCHIVE


def register_release(run: Run) -> None:
    """Rename the part in one move, then write the release it is."""
    incoming = run.subject
    found = run.fact("check-archive", "version") and {
        key: run.fact("check-archive", key)
        for key in ("version", "sha256", "size", "architecture", "images")
    }
    if not found:
        raise StepFailed("The archive was not read.", advice="Start again.")
    require_no_other(found["version"], found["sha256"])
    same = _same_release(incoming, found)
    run.checkpoint()
    if same:
        parts.discard(incoming)
        incoming.accept(same)
        run.log(f"{same} is registered already, as {same.archive}.")
        return
    _place(incoming)
    with transaction.atomic():
        incoming.accept(_write(incoming, found))
    run.log(f"{incoming.release} is registered and can be deployed.")


def _same_release(incoming: IncomingArchive, found: dict[str, Any]) -> Release | None:
    """A release whose archive has the same content under another name."""
    same = Release.objects.filter(archive_sha256=found["sha256"], source=_ARCHIVE)
    other = same.exclude(archive=incoming.name).first()
    return other if other and other.archive_path.is_file() else None


def _place(incoming: IncomingArchive) -> None:
    taken = Release.objects.filter(source=_ARCHIVE, archive=incoming.name).first()
    if parts.path_of(incoming).exists() and taken and taken.archive_path.exists():
        raise StepFailed(
            f"{taken} has its archive under the name {incoming.name} already.",
            advice="Give yours another name.",
        )
    parts.place(incoming)


def _write(incoming: IncomingArchive, found: dict[str, Any]) -> Release:
    release, _ = Release.objects.update_or_create(
        version=found["version"], source=_ARCHIVE, mirror_prefix="",
        defaults={
            "archive": incoming.name,
            "archive_sha256": found["sha256"],
            "archive_size": found["size"],
            "architecture": found["architecture"],
            "images": found["images"],
        },
    )
    return release
