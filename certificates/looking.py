"""Looks at what endpoints serve, many at once, and says how it differs from the books."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from django.conf import settings

from certificates.models import Certificate, Endpoint
from certificates.probes import ProbeFailed, Served, check_trust, served_certificate
from certificates.reading import Facts, certificates_in, facts_of
from certificates.rows import trust_bundle
from certificates.signing import to_pem
from lib.errors import Unreachable
from lib.outbound import ForbiddenAddress, allowed_address

LOOKS_AT_ONCE = 32
SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where to look, and as what client; `trusted_pem=None` judges no trust."""

    address: str
    port: int
    server_name: str
    trusted_pem: str | None


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What was seen: the served chain and why clients refuse it, or why nothing was seen."""

    served: Served | None = None
    facts: Facts | None = None
    refusal: ProbeFailed | None = None
    failure: ProbeFailed | None = None


def target_of(endpoint: Endpoint) -> Target:
    """A pinned certificate is trusted by itself; one in the books through its chain."""
    trusted: str | None = endpoint.trusted_pem
    if endpoint.expected and not trusted:
        trusted = _root_of(endpoint.expected)
    elif endpoint.expected_fingerprint and not trusted:
        trusted = None
    return Target(
        address=endpoint.address, port=endpoint.port, server_name=endpoint.server_name,
        trusted_pem=trusted,
    )


def look(target: Target, *, timeout: float = SECONDS) -> Sight:
    """Two handshakes with one address that was checked first; needs no database.

    Nothing else is sent, and no address that stands inside a certificate is ever visited.
    """
    try:
        ip = allowed_address(target.address, target.port, allowed=settings.PROBE_HOSTS_ALLOWED)
        where = (ip, target.port, target.server_name)
        served = served_certificate(*where, timeout=timeout)
        return Sight(
            served=served, facts=served.facts, refusal=_refusal(where, target, timeout)
        )
    except ProbeFailed as failure:
        return Sight(failure=failure)
    except ForbiddenAddress as error:
        return Sight(failure=ProbeFailed(error.message, kind="forbidden", advice=(
            "If it is meant, name it in PROBE_HOSTS_ALLOWED."
        )))
    except Unreachable as error:
        return Sight(failure=ProbeFailed(error.message, kind="dns", advice=error.advice))
    except ValueError as error:
        return Sight(failure=ProbeFailed(
            f"{target.address}:{target.port} serves a certificate that cannot be read.",
            kind="tls", detail=str(error), advice="Replace the certificate there.",
        ))


def look_at_each(
    endpoints: Iterable[Endpoint], *, timeout: float = SECONDS
) -> Iterator[tuple[Endpoint, Sight]]:
    """Every endpoint with what was seen there, those that answer first first."""
    with ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="look") as pool:
        looks = {
            pool.submit(look, target_of(endpoint), timeout=timeout): endpoint
            for endpoint in endpoints
        }
        try:
            for done in as_completed(looks):
                yield looks[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _refusal(where: tuple[str, int, str], target: Target, timeout: float) -> ProbeFailed | None:
    if target.trusted_pem is None:
        return None
    try:
        check_trust(*where, trusted_pem=target.trusted_pem, timeout=timeout)
    except ProbeFailed as refusal:
        if refusal.kind != "untrusted":
            raise
        return refusal
    return None


def _root_of(certificate: Certificate) -> str:
    """What clients trust: our root, the root that was uploaded with it, or the system's."""
    if certificate.authority:
        return trust_bundle(certificate)
    top = certificates_in(certificate.full_chain_pem)[-1]
    return to_pem(top) if facts_of(top).is_self_issued else ""
