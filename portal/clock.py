"""What time does to requests: reminders, ends, and secrets that nobody came for."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from deployments.rotation.due import waits_until
from lib.errors import ServiceError
from operations.models import Operation
from operations.run import Run
from portal import delivering, telling
from portal.handing import wipe_old
from portal.models import Handover, Request, Robot

State = Request.State
_LAST = timedelta(days=1)
_TOLD_WITHIN = timedelta(minutes=1)


def is_anything_due() -> bool:
    """Whether the clock has something to do now; each question is one look at an index."""
    now = timezone.now()
    return any(found.exists() for found in (
        _unsettled(), _undecided(now), _to_remind(now), _over(now), _robots_over(now),
        Handover.objects.filter(wiped_at=None, wipe_at__lte=now),
    ))


def settle_lost(run: Run) -> None:
    """Deliveries whose end was recorded, but not taken over, because a process died just then."""
    for request in _unsettled():
        delivering.settle(request)
        run.log(f"{request}: {request.get_state_display()}")


def end_undecided(run: Run) -> None:
    """What nobody decided in time expires."""
    for request in _undecided(timezone.now()):
        if request.move(
            to=State.EXPIRED, only_from=(State.SUBMITTED,), remind_at=None,
            reason=_("Nobody decided in time. Copy it to ask again."),
        ):
            telling.tell_requester(request)
            run.log(f"{request}: nobody decided until {request.decide_by:%Y-%m-%d %H:%M} UTC")


def remind(run: Run) -> None:
    """Those who decide, at half time and on the last day; a team, when something ends soon and on
    the last day before it does."""
    now = timezone.now()
    for request in _to_remind(now):
        is_open = request.state == State.SUBMITTED
        last = (request.decide_by if is_open else request.expires_at) - _LAST
        occasion = "last" if now >= last else "first"
        if is_open:
            telling.tell_approvers(request, f"reminder-{occasion}")
        else:
            request.move(to=State.EXPIRING, only_from=(State.DELIVERED,))
            telling.tell_requester(request, f"expiring-{occasion}")
        Request.objects.filter(pk=request.pk, remind_at=request.remind_at).update(
            remind_at=None if now >= last else last
        )
        run.log(f"{request}: reminded, {request.get_state_display().lower()}")


def end_delivered(run: Run) -> None:
    """What is over has ended; robot accounts are removed from Harbor by operations of their own,
    after a failure less and less often."""
    now = timezone.now()
    for robot in _robots_over(now):
        if waits_until(robot, delivering.WITHDRAW_ROBOT, now):
            continue
        run.checkpoint()
        try:
            run.log(f"Started: {delivering.withdraw(robot)}")
        except ServiceError as refusal:
            run.log(f"{robot}: {refusal.message}", level="warning")
    for request in _over(now):
        if request.move(to=State.EXPIRED, only_from=Request.IN_USE):
            telling.tell_requester(request)
            run.log(f"{request} has ended")


def wipe_secrets(run: Run) -> None:
    """Secrets that nobody came for."""
    run.log(f"Wiped {wipe_old()} secrets that nobody came for")


def _unsettled() -> QuerySet[Request]:
    """Usually the end itself is told, and an interrupted one goes on: they are given a minute."""
    ended = ~Q(operation__state__in=Operation.UNFINISHED)
    return Request.objects.filter(
        ended, state=State.DELIVERING, operation__finished_at__lte=timezone.now() - _TOLD_WITHIN
    )


def _undecided(now: datetime) -> QuerySet[Request]:
    return Request.objects.undecided().filter(decide_by__lte=now)


def _to_remind(now: datetime) -> QuerySet[Request]:
    waiting = (State.SUBMITTED, *Request.IN_USE)
    found = Request.objects.filter(state__in=waiting, remind_at__lte=now)
    return found.select_related("team", "requester", "approvers", "instance")


def _over(now: datetime) -> QuerySet[Request]:
    """A robot's request ends with the robot."""
    found = Request.objects.filter(state__in=Request.IN_USE, expires_at__lte=now)
    return found.exclude(kind=Request.Kind.ROBOT)


def _robots_over(now: datetime) -> QuerySet[Robot]:
    return Robot.objects.filter(state=Robot.State.READY, expires_at__lte=now)
