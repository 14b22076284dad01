"""Reading a kept secret back: with a reason, and never without a trace."""

from auditlog.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from deployments.models import HarborInstance
from operations.errors import Refused

_SHORTEST_REASON = 8


def reveal_admin_password(instance: HarborInstance, *, by: AbstractBaseUser, reason: str) -> str:
    """The administrator's password, after the audit log says who asked and why.

    Raises Refused without the permission or without a reason.
    """
    if not by.has_perm("deployments.reveal_harborinstance"):
        raise Refused("You may not read passwords.", advice="Ask for the permission to reveal.")
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Refused("Say in a few words why you need the password.")
    # Without the trace there is no password.
    with transaction.atomic():
        LogEntry.objects.log_create(
            instance, force_log=True, action=LogEntry.Action.ACCESS, changes={}, actor=by,
            additional_data={"revealed": "admin_password", "reason": reason.strip()[:500]},
        )
    return instance.admin_password
