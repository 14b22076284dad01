"""Shows a secret once, to the one it is for, and never without a trace."""

from collections.abc import Callable
from datetime import timedelta

from auditlog.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from operations.errors import Refused
from portal import permissions
from portal.models import Handover, Request, Robot

KEPT = timedelta(days=7)


@sensitive_variables("secret")
def hand_over(handover: Handover, *, by: AbstractBaseUser) -> str:
    """The secret, wiped at this moment. Raises Refused for everybody else and ever after."""
    with transaction.atomic():
        row = Handover.objects.select_for_update().get(pk=handover.pk)
        if not permissions.may_be_handed(by, row):
            raise Refused(
                _("There is nothing to be shown here any more."),
                advice=_("A secret is shown once. Ask for another account to replace this one."),
            )
        secret = row.secret
        now = timezone.now()
        row.secret, row.seen_at, row.wiped_at = "", now, now
        row.save(update_fields=["secret", "seen_at", "wiped_at"])
        # Without the trace there is no secret.
        LogEntry.objects.log_create(
            row, force_log=True, action=LogEntry.Action.ACCESS, changes={}, actor=by,
            additional_data={"revealed": "secret", "login": row.login},
        )
    return secret


def keep(
    request: Request, login: str, *, to: AbstractBaseUser, make: Callable[[], str],
    robot: Robot | None = None,
) -> Handover:
    """The secret that is kept for this account, made before the account; one that was wiped by
    time while its delivery lay failed is made anew.
    """
    about = {"robot": robot} if robot else {"robot": None, "login": login}
    found, is_new = Handover.objects.get_or_create(request=request, **about, defaults={
        "login": login, "to": to, "secret": make(), "wipe_at": timezone.now() + KEPT,
    })
    if not is_new and found.wiped_at and not found.is_ready:
        found.secret, found.wiped_at, found.wipe_at = make(), None, timezone.now() + KEPT
        found.save(update_fields=["secret", "wiped_at", "wipe_at"])
    return found


def make_ready(request: Request) -> None:
    """What was delivered may be seen now, and for so long."""
    request.handovers.filter(wiped_at=None).update(
        is_ready=True, wipe_at=timezone.now() + KEPT
    )


def wipe_old() -> int:
    """Wipe what nobody came for; how many."""
    return Handover.objects.filter(wiped_at=None, wipe_at__lte=timezone.now()).update(
        secret="", wiped_at=timezone.now()
    )
