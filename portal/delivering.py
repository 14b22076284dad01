"""Starts the delivery of what was approved, repeats it, and settles how it ended."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from deployments import services as deployments
from lib.errors import ServiceError
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation
from portal import permissions, telling
from portal.handing import make_ready
from portal.kinds import KINDS, Place, RegistryWanted
from portal.models import Request, Robot
from portal.record import record_act

State = Request.State
WITHDRAW_ROBOT = "withdraw-robot"
# From when on something ends soon: the shorter of two weeks and the last quarter of its life.
SOON = timedelta(days=14)


def kind_of_delivery(kind: str) -> str:
    """The pipeline that delivers requests of this kind."""
    return f"deliver-{kind}"


def deliver(request: Request) -> None:
    """Start it; what cannot start now has failed with the reason, for ops to repeat."""
    try:
        # Who decides may read another language than who asked: stored in English, told to each.
        with override("en"), transaction.atomic():
            operation = _start(request)
            request.move(
                to=State.DELIVERING, only_from=(State.APPROVED, State.FAILED),
                operation=operation, reason="",
            )
    except ServiceError as error:
        request.move(to=State.FAILED, only_from=(State.APPROVED,), reason=error.message)
        telling.tell_ops_of_failure(request)


def retry(request: Request, *, by: AbstractBaseUser) -> Request:
    """Go on where a failed delivery stopped. Raises Refused."""
    if not permissions.may_operate(by):
        raise Refused(_("Only ops repeat a delivery."))
    request.refresh_from_db()
    if request.state != State.FAILED:
        raise Refused(_("%s has not failed.") % request)
    try:
        operation = operations.resume(request.operation, by=by) if _may_resume(request) else None
    except Refused:  # something else changed the same thing since: look at everything anew
        operation = None
    with transaction.atomic():
        operation = operation or _start(request)
        if not request.move(
            to=State.DELIVERING, only_from=(State.FAILED,), operation=operation, reason=""
        ):
            raise Refused(_("Somebody else repeated it just now."))
        record_act(request, by, state=(State.FAILED, State.DELIVERING))
    return request


def withdraw(robot: Robot, *, by: AbstractBaseUser | None = None) -> Operation:
    """Remove a robot account from Harbor before its time, or at its end. Raises Refused."""
    if by is not None and not permissions.may_withdraw(by, robot.request):
        raise Refused(_("You may not withdraw %s.") % robot)
    with transaction.atomic():
        if by:
            record_act(robot.request, by, robot=(robot.login, ""))
        return operations.start(
            WITHDRAW_ROBOT, robot, owner=robot.owner,
            parameters={"end": State.WITHDRAWN if by else State.EXPIRED},
        )


def settle(request: Request) -> None:
    """Take over how the delivery has ended; called twice, nothing more happens.

    One that was resumed after its secret was wiped has nothing to hand over: it is made anew.
    """
    operation = request.operation
    if operation is None or operation.is_unfinished:
        return
    open_states = (State.APPROVED, State.DELIVERING, State.FAILED)
    if request.state in open_states and _lost_a_secret(request, operation):
        request.move(to=State.APPROVED, only_from=open_states, operation=None)
        deliver(request)
        return
    with transaction.atomic():
        if operation.state == Operation.State.SUCCEEDED:
            now, end = timezone.now(), _end_of(request)
            moved = request.move(
                to=State.DELIVERED, only_from=open_states, reason="", delivered_at=now,
                expires_at=end, remind_at=end and end - min(SOON, (end - now) / 4),
            )
            if moved:
                make_ready(request)
        else:
            moved = request.move(
                to=State.FAILED, only_from=(State.APPROVED, State.DELIVERING),
                reason=operation.reason or operation.get_state_display(),
            )
    if moved:
        telling.tell_the_end(request)


def _start(request: Request) -> Operation:
    if request.kind == Request.Kind.REGISTRY:
        return _deploy(request)
    return operations.start(kind_of_delivery(request.kind), request, owner=request.owner)


def _deploy(request: Request) -> Operation:
    """A whole registry is delivered by its own deployment."""
    if request.instance is None:
        wanted: RegistryWanted = KINDS[request.kind].of(request.data)
        instance = wanted.instance_for(Place(team=request.team))
        try:
            instance.full_clean()
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        instance.save()
        Request.objects.filter(pk=request.pk).update(instance=instance)
        request.instance = instance
    return deployments.deploy(request.instance)


def _may_resume(request: Request) -> bool:
    """Not when a secret was wiped meanwhile: the steps that made it must make another."""
    return bool(
        request.operation and request.operation.is_resumable
        and request.kind != Request.Kind.REGISTRY
        and not request.handovers.filter(is_ready=False, wiped_at__isnull=False).exists()
    )


def _lost_a_secret(request: Request, operation: Operation) -> bool:
    """Whether it succeeded with a secret that was wiped on its way; a delivery that began later
    has made all that it could."""
    return operation.state == Operation.State.SUCCEEDED and request.handovers.filter(
        is_ready=False, wiped_at__gte=operation.created_at
    ).exists()


def _end_of(request: Request) -> datetime | None:
    robot = request.robots.first()
    if robot:
        return robot.expires_at
    return request.certificate.not_after if request.certificate else None
