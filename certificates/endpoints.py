"""Where certificates are expected, and what is served there."""

from collections.abc import Iterable, Iterator

from django.contrib.auth.models import AbstractBaseUser, Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from certificates.judging import judge
from certificates.looking import SECONDS, Sight, look, look_at_each, target_of
from certificates.models import Certificate, Endpoint
from certificates.probes import Served
from operations import services as operations
from operations.models import Operation
from operations.schedules import ensure_schedule

LOOK, LOOK_EVERY_MINUTES = "look-at-endpoints", 6 * 60
# What looks write; all else belongs to those who register endpoints.
SEEN_FIELDS = (
    "state", "problem", "served_fingerprint", "served_issuer", "served_until", "protocol",
    "probed_at", "last_seen_at", "recent",
)


def register_endpoint(
    *,
    address: str,
    port: int,
    server_name: str,
    expected: Certificate | None,
    owner: Group | None = None,
    breaks: str = "",
    subject: Model | None = None,
    trusted_pem: str = "",
    expected_fingerprint: str = "",
) -> Endpoint:
    """Say that `expected` is served there; the certificate it displaces becomes replaced.

    For one that is not in the books: what its clients trust (`trusted_pem`, empty for the system's
    authorities), or its fingerprint in hexadecimal.
    """
    values = {
        "expected": expected, "owner": owner, "breaks": breaks, "trusted_pem": trusted_pem,
        "expected_fingerprint": expected_fingerprint,
    }
    if subject is not None:
        values["content_type"] = ContentType.objects.get_for_model(subject)
        values["object_id"] = str(subject.pk)
    with transaction.atomic():
        before = Endpoint.objects.filter(address=address, port=port, server_name=server_name)
        displaced = before.values_list("expected_id", flat=True).first()
        endpoint, _ = Endpoint.objects.update_or_create(
            address=address, port=port, server_name=server_name, defaults=values
        )
        if displaced and displaced != endpoint.expected_id:
            Certificate.objects.filter(
                pk=displaced, state=Certificate.State.VALID, endpoints__isnull=True
            ).update(state=Certificate.State.REPLACED)
    return endpoint


def endpoints_of(subject: Model) -> QuerySet[Endpoint]:
    """Those that were registered for it."""
    content_type = ContentType.objects.get_for_model(subject)
    return Endpoint.objects.filter(content_type=content_type, object_id=str(subject.pk))


def look_at_endpoints(*, by: AbstractBaseUser | None = None) -> Operation:
    """Look at every endpoint now; the same while one is under way. Raises Refused."""
    schedule = ensure_schedule(LOOK, kind=LOOK, every_minutes=LOOK_EVERY_MINUTES)
    return operations.start(LOOK, schedule, by=by)


def probe(endpoint: Endpoint, *, timeout: float = SECONDS) -> Served | None:
    """Look at what is served at `endpoint` and record it; None when nothing answered."""
    sight = look(target_of(endpoint), timeout=timeout)
    note(endpoint, sight)
    endpoint.save(update_fields=SEEN_FIELDS)
    return sight.served


def probe_each(endpoints: Iterable[Endpoint], *, timeout: float = SECONDS) -> Iterator[Endpoint]:
    """Look at all of them at once; each is handed back as soon as it is recorded."""
    for endpoint, sight in look_at_each(endpoints, timeout=timeout):
        note(endpoint, sight)
        endpoint.save(update_fields=SEEN_FIELDS)
        yield endpoint


def note(endpoint: Endpoint, sight: Sight) -> None:
    """Put into the row what was seen; saves nothing."""
    now = timezone.now()
    state, endpoint.problem = judge(endpoint, sight)
    endpoint.remember(now, state)
    if sight.facts is None:
        return
    endpoint.last_seen_at = now
    endpoint.served_fingerprint = sight.facts.fingerprint
    endpoint.served_issuer = sight.facts.issuer_name
    endpoint.served_until = sight.facts.not_after
    endpoint.protocol = sight.served.protocol
