"""Takes a queued operation over for this process, or lets it wait for what another holds."""

from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone

from lib.errors import ServiceError
from operations import claims
from operations.doorbell import ring
from operations.endings import tell_the_end
from operations.errors import Refused
from operations.models import Operation
from operations.models.operation import lease_end
from operations.pipeline import Claimed, Pipeline, get_pipeline

State = Operation.State


def what_to_do(operation: Operation) -> tuple[Pipeline, Model, list[Claimed]]:
    """Pipeline, subject and claims; raises Refused when this version cannot tell."""
    pipeline = get_pipeline(operation.kind)
    subject = operation.subject
    if subject is None:
        raise Refused(f"{operation.subject_name} does not exist any more.")
    return pipeline, subject, pipeline.claims(operation)


def take_over(operation: Operation, wanted: list[Claimed]) -> bool:
    """Claim everything and start a new attempt; False when not queued, or when it has to wait.

    Raises Refused when another changed the same thing since the last attempt.
    """
    with transaction.atomic():
        claims.lock(wanted)
        row = Operation.objects.select_for_update().get(pk=operation.pk)
        if row.state != State.QUEUED:
            return False
        blocker = claims.find_blocker(wanted, but=row)
        if blocker:
            what = f"“{blocker.operation.title}”"[:300]
            row.move(to=State.WAITING, only_from=(State.QUEUED,), waiting_for=what)
        else:
            claims.require_unchanged(row)
            claims.take(row, wanted)
            _begin(row)
    operation.refresh_from_db()
    ring(operation.uuid)
    return blocker is None


def _begin(row: Operation) -> None:
    row.move(
        to=State.RUNNING,
        only_from=(State.QUEUED,),
        attempt=F("attempt") + 1,
        lease_until=lease_end(),
        started_at=row.started_at or timezone.now(),
        finished_at=None,
        waiting_for="",
        reason="",
        advice="",
    )


def refuse(operation: Operation, error: ServiceError) -> None:
    """End it before it began, with the reason."""
    ended = operation.move(
        to=State.FAILED,
        only_from=(State.QUEUED,),
        reason=error.message,
        advice=error.advice,
        finished_at=timezone.now(),
    )
    if ended:
        tell_the_end(operation)
