"""Who started, cancelled or resumed an operation, in the record of changes."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from operations.models import Operation


def record_act(
    operation: Operation, by: AbstractBaseUser | AnonymousUser | None, **changes: tuple[Any, Any]
) -> None:
    """What a person did, as before and after; what the console does by itself, its log tells."""
    if by is None:
        return
    LogEntry.objects.log_create(
        operation, force_log=True, actor=by,
        action=LogEntry.Action.UPDATE if "state" in changes else LogEntry.Action.CREATE,
        changes={name: [str(before), str(after)] for name, (before, after) in changes.items()},
    )
