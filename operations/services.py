"""Starting, resuming and cancelling operations."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.db.models.functions import Now
from django.utils import timezone

from operations import claims, log
from operations.doorbell import ring
from operations.endings import enqueue_after_commit, tell_the_end
from operations.errors import Refused
from operations.models import Operation, OperationQuerySet, StepRun
from operations.pipeline import Pipeline, find_pipeline, get_pipeline
from operations.record import record_act
from operations.run import in_english

State = Operation.State
User = AbstractBaseUser | AnonymousUser


def visible_operations(user: User) -> OperationQuerySet:
    """What this person may see; nothing for a stranger."""
    return Operation.objects.visible_to(user)


def may_act(user: User, operation: Operation) -> bool:
    """Whether this person may cancel or resume it."""
    pipeline = find_pipeline(operation.kind)
    return (
        bool(pipeline and user.is_active and user.has_perm(pipeline.permission))
        and visible_operations(user).filter(pk=operation.pk).exists()
    )


def start(
    kind: str,
    subject: Model,
    *,
    by: User | None = None,
    parameters: dict[str, Any] | None = None,
    owner: Group | None = None,
) -> Operation:
    """Record an operation and enqueue it after commit; `by=None` is the console itself.

    The same request while one is unfinished gives that one. Raises Refused, with the reason.
    """
    pipeline = get_pipeline(kind)
    _require_permission(pipeline, by)
    if not pipeline.concerns(subject) or subject.pk is None:
        raise Refused(f"“{in_english(pipeline.title)}” does not apply to {subject}.")
    try:
        with transaction.atomic():
            operation = _record(pipeline, subject, by, parameters or {}, owner)
            record_act(operation, by, parameters=(None, operation.parameters))
    except IntegrityError:
        return _the_same(pipeline, subject, parameters or {})
    enqueue_after_commit(operation)
    return operation


def cancel(operation: Operation, *, by: User | None) -> Operation:
    """Stop it at its next checkpoint; one that does not run yet ends at once."""
    _require_permission(get_pipeline(operation.kind), by)
    who = str(by or "Slipway")
    asked = {"cancel_requested_at": timezone.now(), "cancelled_by": who}
    operation.refresh_from_db()
    before = operation.state
    if operation.move(
        to=State.CANCELLED,
        only_from=(State.QUEUED, State.WAITING),
        finished_at=timezone.now(),
        waiting_for="",
        reason=f"Cancelled by {who} before it began.",
        **asked,
    ):
        tell_the_end(operation)
    elif not operation.move(to=State.RUNNING, only_from=(State.RUNNING,), **asked):
        operation.refresh_from_db()
        if operation.is_unfinished:  # it moved on between the two looks
            return cancel(operation, by=by)
        raise Refused(f"{operation.title} has ended already.")
    record_act(operation, by, state=(before, State.CANCELLED))
    ring(operation.uuid)
    return operation


def resume(operation: Operation, *, by: User | None) -> Operation:
    """Queue it again; it goes on at the first step that is not done. Raises Refused."""
    _require_permission(get_pipeline(operation.kind), by)
    operation.refresh_from_db()
    claims.require_unchanged(operation)
    before = operation.state
    try:
        with transaction.atomic():
            if not _queue_again(operation, self_resumes=0 if by else operation.self_resumes + 1):
                raise Refused(f"{operation.title} cannot be resumed: it is {operation.state}.")
            record_act(operation, by, state=(before, State.QUEUED))
            log.add_line(operation, f"Resumed by {by or 'Slipway itself'}.", level="info")
    except IntegrityError:
        raise Refused(
            f"Another “{operation.title}” is under way.", advice="Follow that one."
        ) from None
    enqueue_after_commit(operation)
    return operation


def _record(
    pipeline: Pipeline,
    subject: Model,
    by: User | None,
    parameters: dict[str, Any],
    owner: Group | None,
) -> Operation:
    name = str(subject)[:180]
    operation = Operation.objects.create(
        kind=pipeline.kind,
        title=f"{in_english(pipeline.title)}: {name}"[:250],
        subject_name=name,
        subject=subject,
        object_id=str(subject.pk),
        parameters=parameters,
        queue=pipeline.queue,
        requested_by=by,
        owner=owner or getattr(subject, "owner", None),
    )
    _record_steps(operation, pipeline)
    return operation


def _record_steps(operation: Operation, pipeline: Pipeline) -> None:
    """All of them at once: a page shows what is to come before a worker takes it."""
    StepRun.objects.bulk_create(
        StepRun(
            operation=operation, position=position, slug=step.slug, title=in_english(step.title)
        )
        for position, step in enumerate(pipeline.steps)
    )


def _the_same(pipeline: Pipeline, subject: Model, parameters: dict[str, Any]) -> Operation:
    """The unfinished operation that a second identical click means."""
    found = Operation.objects.about(subject).unfinished().filter(kind=pipeline.kind).first()
    if found is None:  # it ended at this very moment
        raise Refused(f"The last “{in_english(pipeline.title)}” of {subject} ends right now.")
    if found.parameters != parameters:
        raise Refused(
            f"{found.title} is under way with other choices.",
            advice="Let it end or cancel it, then start again.",
        )
    return found


def _require_permission(pipeline: Pipeline, by: User | None) -> None:
    if by is not None and not (by.is_active and by.has_perm(pipeline.permission)):
        raise Refused(
            f"You may not do this: “{in_english(pipeline.title)}” needs {pipeline.permission}.",
            advice="Ask an administrator for the permission.",
        )


def _queue_again(operation: Operation, *, self_resumes: int) -> bool:
    return operation.move(
        to=State.QUEUED,
        only_from=Operation.RESUMABLE,
        self_resumes=self_resumes,
        cancel_requested_at=None,
        cancelled_by="",
        reason="",
        advice="",
        finished_at=None,
        queued_at=Now(),
    )
