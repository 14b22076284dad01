"""How long certificates may live, when they are renewed, and when people should worry.

Lifetimes shrink (200, 100, 47 days): a limit in days alone would warn for all of a short life,
a part alone would warn four months before the end of a long one.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Optional

from django.conf import settings

if TYPE_CHECKING:
    from certificates.models import Authority

# What is asked for when nobody says how long.
USUAL_DAYS = 397


def renew_at(not_before: datetime, not_after: datetime) -> datetime:
    """From when on a certificate should be renewed: two thirds of its life by default."""
    lifetime = not_after - not_before
    return not_before + lifetime * settings.CERTIFICATE_RENEW_PERCENT / 100


def warn_at(not_before: datetime, not_after: datetime) -> datetime:
    """From when on people should be warned, if nothing was renewed until then."""
    return not_after - _shorter(
        not_after - not_before, settings.CERTIFICATE_WARN_PERCENT, settings.CERTIFICATE_WARN_DAYS
    )


def alarm_at(not_before: datetime, not_after: datetime) -> datetime:
    """From when on somebody must act today."""
    return not_after - _shorter(
        not_after - not_before, settings.CERTIFICATE_ALARM_PERCENT, settings.CERTIFICATE_ALARM_DAYS
    )


def longest_days(authority: Optional["Authority"]) -> int:
    """How long a certificate of `authority` may live: its own limit, else that of the console."""
    own = authority.longest_days if authority else None
    return own or settings.CERTIFICATE_LONGEST_DAYS


def usual_days(authority: "Authority") -> int:
    """The lifetime that nobody has to think about."""
    return min(USUAL_DAYS, longest_days(authority))


def _shorter(lifetime: timedelta, percent: int, days: int) -> timedelta:
    return min(lifetime * percent / 100, timedelta(days=days))
