"""Sets right what nobody else can: lost leases, emptied queues, missed wake-ups, schedules."""

import logging
from datetime import UTC, datetime, timedelta

import redis
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from operations import claims, endings, log, queueing, schedules, services
from operations.errors import Refused
from operations.hold import RENEW_EVERY
from operations.models import LogLine, Operation, ScheduleSlot, StepRun
from operations.models.operation import LEASE

logger = logging.getLogger(__name__)

State = Operation.State

LOOK_EVERY = 2.0
# An operation that waits longer for a worker is looked for on the queue.
_ENQUEUED_SINCE = timedelta(seconds=5)
_LONGEST_GAP = timedelta(seconds=RENEW_EVERY * 2)
_MOST_PRUNED = 5000
_PRUNE_EVERY_LOOKS = 100
_GONE = "The process that ran it is gone."


class Reconciler:
    """One look after the other. Several may run, on several machines: each change is conditional.

    It judges leases only after it has seen the database for one full lease without a gap: when the
    database, this process or the whole machine was away, so may those have been who renew.
    """

    def __init__(self, *, patience: timedelta = LEASE) -> None:
        self._patience = patience
        self._seen_since: datetime | None = None
        self._seen_last: datetime | None = None
        self._looks = 0

    def look(self) -> None:
        """Raises django.db.Error when the database is away; then call `forget`."""
        if self._has_seen_enough():
            interrupt_the_lost()
        enqueue_the_forgotten()
        endings.wake_the_waiting()
        if self._looks == 0:
            schedules.ensure_schedules()
        schedules.start_what_is_due()
        if self._looks % _PRUNE_EVERY_LOOKS == 0:
            prune()
        self._looks += 1

    def forget(self) -> None:
        self._seen_since = self._seen_last = None

    def _has_seen_enough(self) -> bool:
        now = _time_of_database()
        gap = now - self._seen_last if self._seen_last else None
        if gap is None or gap < timedelta(0) or gap > _LONGEST_GAP:
            self._seen_since = now
        self._seen_last = now
        return now - self._seen_since >= self._patience


def interrupt_the_lost() -> None:
    """Mark what lost its lease, free its claims, and resume it once."""
    for operation in Operation.objects.with_lost_lease():
        if _interrupt(operation):
            logger.warning("%s was interrupted in attempt %s", operation, operation.attempt)
            _resume_once(operation)


def _interrupt(operation: Operation) -> bool:
    """False when it was renewed or taken over after all."""
    with transaction.atomic():
        claims.lock_held(operation)
        lost = Operation.objects.with_lost_lease().select_for_update().filter(pk=operation.pk)
        if not lost.exists():
            return False
        operation.move(
            to=State.INTERRUPTED,
            only_from=(State.RUNNING,),
            finished_at=timezone.now(),
            lease_until=None,
            reason=_GONE,
            advice="Resume goes on at the first step that is not done.",
        )
        claims.release(operation)
        operation.steps.filter(state=StepRun.State.RUNNING).update(
            state=StepRun.State.FAILED, finished_at=timezone.now(), activity="", reason=_GONE
        )
        log.add_line(operation, f"Interrupted. {_GONE}", level=LogLine.Level.ERROR)
    return True


def _resume_once(operation: Operation) -> None:
    """Once by itself, unless a person asked it to end; after that a person decides."""
    try:
        if operation.cancel_requested_at:
            raise Refused("It was to be cancelled.")
        if operation.self_resumes:
            raise Refused("It was resumed by itself before.")
        services.resume(operation, by=None)
    except Refused as refusal:
        logger.warning("%s stays interrupted: %s", operation, refusal.message)
        endings.tell_the_end(operation)


def enqueue_the_forgotten() -> None:
    """Put on the queue what is recorded as queued and not there: Redis was away or emptied."""
    old = Operation.objects.filter(
        state=State.QUEUED, queued_at__lt=Now() - _ENQUEUED_SINCE
    ).order_by("queued_at")
    try:
        for operation in old:
            if not queueing.is_enqueued(operation):
                logger.warning("%s was not on the queue, enqueuing it again", operation)
                queueing.enqueue(operation)
    except (redis.RedisError, OSError) as error:
        logger.warning("Redis does not answer, the queue waits: %s", error)


def prune() -> None:
    """Delete log lines of operations that ended LOG_DAYS ago, some at a time, and old slots.

    The operations stay, with their steps and the evidence of their checks.
    """
    before = timezone.now() - timedelta(days=settings.LOG_DAYS)
    old = LogLine.objects.filter(operation__finished_at__lt=before)
    pruned = list(old.order_by().values_list("pk", flat=True)[:_MOST_PRUNED])
    LogLine.objects.filter(pk__in=pruned).delete()
    ScheduleSlot.objects.filter(at__lt=before).delete()


def _time_of_database() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        value = cursor.fetchone()[0]
    if isinstance(value, str):  # SQLite answers with text, in UTC
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value
