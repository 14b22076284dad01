"""Starts what is due; each slot once, and what was missed once, not once per slot."""

import logging

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from lib.errors import ServiceError
from operations import services
from operations.models import Schedule, ScheduleSlot
from operations.pipeline import all_pipelines, find_pipeline

logger = logging.getLogger(__name__)


def ensure_schedule(
    slug: str, *, kind: str, every_minutes: int, subject: Model | None = None
) -> Schedule:
    """The schedule of this name; made when it is missing, left as people set it when it is there.

    Without a subject the operation is about the schedule itself.
    """
    about = {"subject": subject, "object_id": str(subject.pk)} if subject else {}
    found, _ = Schedule.objects.get_or_create(
        slug=slug, defaults={"kind": kind, "every_minutes": every_minutes, **about}
    )
    return found


def ensure_schedules() -> None:
    """Those of the pipelines that say how often they start by themselves."""
    for pipeline in all_pipelines():
        if pipeline.every_minutes:
            ensure_schedule(
                pipeline.kind, kind=pipeline.kind, every_minutes=pipeline.every_minutes
            )


def start_what_is_due() -> None:
    due = Schedule.objects.filter(enabled=True, next_at__lte=timezone.now())
    for schedule in due:
        if not _is_wanted(schedule):
            _let_pass(schedule)
        elif slot := _take_slot(schedule):
            _start(schedule, slot)


def _is_wanted(schedule: Schedule) -> bool:
    """An unknown kind is: its refusal is to be seen."""
    pipeline = find_pipeline(schedule.kind)
    return pipeline is None or pipeline.wanted()


def _let_pass(schedule: Schedule) -> None:
    following = schedule.following(timezone.now())
    Schedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at).update(next_at=following)


def _take_slot(schedule: Schedule) -> ScheduleSlot | None:
    """None when another reconciler took it."""
    now, due = timezone.now(), schedule.next_at
    try:
        with transaction.atomic():
            slot = ScheduleSlot.objects.create(schedule=schedule, at=due)
            Schedule.objects.filter(pk=schedule.pk, next_at=due).update(
                next_at=schedule.following(now), last_at=now
            )
    except IntegrityError:
        return None
    return slot


def _start(schedule: Schedule, slot: ScheduleSlot) -> None:
    """A refusal stays with the slot: the next one tries again."""
    subject = schedule.subject if schedule.content_type_id else schedule
    try:
        if subject is None:
            raise ServiceError(f"What the schedule {schedule} is about does not exist any more.")
        slot.operation = services.start(schedule.kind, subject)
    except ServiceError as error:
        logger.warning("Schedule %s: %s", schedule, error.message)
        slot.refusal = error.message
    slot.save(update_fields=["operation", "refusal"])
