"""Rotating certificates: when a person asks, and by itself when it is time."""

from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from deployments.models import HarborInstance
from deployments.rotation.choosing import Choice, problems_with, usual_choice
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation, Schedule

ROTATE = "rotate-certificate"
RENEW = "renew-certificates"
_LOOK_MINUTES = 60
# A new console has nothing to renew.
_FIRST_LOOK = timedelta(minutes=30)
_SERVES = (HarborInstance.State.RUNNING, HarborInstance.State.DEGRADED)


def rotate(
    instance: HarborInstance, *, choice: Choice | None = None, may_restart: bool = False,
    by: AbstractBaseUser | None = None,
) -> Operation:
    """Serve another certificate without a failed request. Raises Refused with every reason.

    `may_restart`: when nginx does not take it otherwise, restart nginx; some seconds are lost.
    """
    choice = choice or usual_choice(instance)
    problems = problems_with_rotation(instance, choice)
    if problems:
        raise Refused(" ".join(problems), advice="Nothing was touched.")
    parameters = {**choice.as_parameters(), "may_restart": may_restart}
    return operations.start(
        ROTATE, instance, by=by, owner=instance.owner, parameters=parameters
    )


def problems_with_rotation(instance: HarborInstance, choice: Choice) -> list[str]:
    """Every reason against it that is known here, without asking the host."""
    instance.refresh_from_db(fields=["state"])
    problems = problems_with(instance, choice)
    if instance.state not in _SERVES:
        problems.append(
            f"{instance} is {instance.get_state_display().lower()}: only a running registry "
            "takes another certificate."
        )
    return problems


def ensure_renewal_schedule() -> Schedule:
    """The schedule that looks for certificates whose time has come; its rhythm is the operator's.
    """
    found, _ = Schedule.objects.get_or_create(slug=RENEW, defaults={
        "kind": RENEW, "every_minutes": _LOOK_MINUTES, "next_at": timezone.now() + _FIRST_LOOK,
    })
    return found


def look_now(*, by: AbstractBaseUser | None = None) -> Operation:
    """Look for certificates whose time has come, before the next slot."""
    return operations.start(RENEW, ensure_renewal_schedule(), by=by)
