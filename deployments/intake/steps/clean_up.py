"""Remove what nobody finished, and the traces of looks that found nothing."""

from datetime import timedelta

from django.utils import timezone

from deployments.intake import parts, services
from deployments.models import IncomingArchive
from operations.errors import Refused
from operations.models import Operation
from operations.run import Run

KEPT_DAYS = 7
# A look every other minute would bury the operations that people started.
_QUIET_LOOKS_KEPT = timedelta(minutes=10)


def clean_up(run: Run) -> None:
    """Parts that nothing was added to for a week go; registered archives are not touched."""
    for folder in list(parts.abandoned(KEPT_DAYS * 24 * 3600)):
        run.checkpoint()
        _remove(run, folder.name)
    _forget_quiet_looks(run)


def _remove(run: Run, folder: str) -> None:
    uuid = folder.removesuffix(".part")
    incoming = IncomingArchive.objects.filter(uuid=uuid).first() if _is_uuid(uuid) else None
    if incoming is None:
        parts.remove_folder(folder)
        run.log(f"Removed the left-over folder {folder}.")
        return
    try:
        services.discard(incoming)
    except Refused as refusal:
        run.log(refusal.message)
    else:
        run.log(f"Removed {incoming.name}: nothing was added for {KEPT_DAYS} days.")


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def _forget_quiet_looks(run: Run) -> None:
    quiet = Operation.objects.filter(
        kind=run.operation.kind, state=Operation.State.SUCCEEDED,
        finished_at__lt=timezone.now() - _QUIET_LOOKS_KEPT, steps__facts__started=[],
    )
    quiet.exclude(pk=run.operation.pk).delete()
