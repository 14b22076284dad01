"""What the end of an operation means for others: viewers, those who wait, the rooms above."""

import logging
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from operations import claims, queueing
from operations.doorbell import ring
from operations.models import Operation
from operations.pipeline import find_pipeline
from operations.signals import operation_finished

logger = logging.getLogger(__name__)

State = Operation.State


def tell_the_end(operation: Operation) -> None:
    """Ring the viewers, wake who waited for it, and send the signal to the rooms above."""
    ring(operation.uuid)
    wake_the_waiting()
    answers = operation_finished.send_robust(sender=Operation, operation=operation)
    for receiver, answer in answers:
        if isinstance(answer, Exception):
            logger.error("%s failed on the end of %s: %s", receiver, operation, answer)


def wake_the_waiting() -> None:
    """Queue each waiting operation that nothing stands in the way of any more, oldest first."""
    for operation in Operation.objects.filter(state=State.WAITING).order_by("created_at"):
        pipeline = find_pipeline(operation.kind)
        wanted = pipeline.claims(operation) if pipeline and operation.subject else []
        if not claims.find_blocker(wanted, but=operation):
            wake(operation)


def wake(operation: Operation) -> bool:
    """Queue one that waits; False when it waits no longer."""
    woken = operation.move(
        to=State.QUEUED, only_from=(State.WAITING,), waiting_for="", queued_at=Now()
    )
    if woken:
        enqueue_after_commit(operation)
    return woken


def enqueue_after_commit(operation: Operation) -> None:
    """Put the operation on its queue, and ring, once its row is there for others to see."""
    transaction.on_commit(partial(queueing.enqueue, operation))
    transaction.on_commit(partial(ring, operation.uuid))
