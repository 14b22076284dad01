"""Who did what with a request, in the record of changes: its states move past Django's signals."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser

from portal.models import Request


def record_act(request: Request, by: AbstractBaseUser, **changes: tuple[Any, Any]) -> None:
    """Before and after of what a person did; what the console does by itself, its log tells."""
    LogEntry.objects.log_create(
        request, force_log=True, actor=by, action=LogEntry.Action.UPDATE,
        changes={name: [str(before), str(after)] for name, (before, after) in changes.items()},
    )
