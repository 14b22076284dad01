"""When a certificate is renewed by itself, and what its successor would be."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from certificates.models import Authority, Certificate
from certificates.orders import Order, problems_with_order
from certificates.policy import usual_days

# Renewals of what was issued on one day are spread over this part of the lifetime.
_SPREAD = 0.05


def due_at(certificate: Certificate) -> datetime:
    """Its own moment after `renew_at`: the same for everybody who asks, another for each row."""
    life = certificate.not_after - certificate.not_before
    place = certificate.uuid.int % 997 / 997
    return certificate.renew_at + life * _SPREAD * place


def is_due(certificate: Certificate | None, now: datetime) -> bool:
    """Whether its time has come. What was revoked or replaced is not renewed."""
    return bool(
        certificate and certificate.state == Certificate.State.VALID and certificate.renew_at
        and due_at(certificate) <= now
    )


def problems_with_renewal(
    authority: Authority, *, names: Sequence[str], addresses: Iterable[str] = ()
) -> list[str]:
    """Every reason why `authority` would not sign a server's next certificate."""
    return problems_with_order(authority, Order(
        common_name=names[0], names=list(names), addresses=list(addresses),
        usage=Certificate.Usage.SERVER, days=usual_days(authority),
    ))


def usual_end(authority: Authority) -> datetime:
    """Until when a certificate lasts that is signed now."""
    return min(timezone.now() + timedelta(days=usual_days(authority)), authority.not_after)
