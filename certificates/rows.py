"""Turns a signed certificate into the columns of its row, and rows back into signers."""

from collections.abc import Sequence
from typing import Any

from cryptography import x509

from certificates.keys import key_from_pem
from certificates.models import Authority, Certificate
from certificates.reading import Facts, break_between, certificates_in, facts_of
from certificates.signing import Signer, to_pem
from lib.errors import ServiceError


def columns_of(
    certificate: x509.Certificate, chain: Sequence[x509.Certificate] = (),
    *, facts: Facts | None = None, pem: str = "",
) -> dict[str, Any]:
    """The columns that authorities and certificates share; `chain` without the root.

    `facts` and `pem` when they are known already: importing thousands, they count.
    """
    facts = facts or facts_of(certificate)
    return {
        "common_name": facts.common_name[:255],
        "issuer_name": facts.issuer_name,
        "serial": facts.serial,
        "not_before": facts.not_before,
        "not_after": facts.not_after,
        "fingerprint": facts.fingerprint,
        "key_type": facts.key_type,
        "certificate_pem": pem or to_pem(certificate),
        "chain_pem": "".join(to_pem(part) for part in chain),
    }


def signer_of(authority: Authority) -> Signer:
    """The certificate and key of `authority`. Raises ServiceError when its key is not here."""
    if not authority.key_pem:
        raise ServiceError(
            f"The authority “{authority}” cannot sign: its private key is not here.",
            advice="Choose an authority with a key, or upload the certificate it signed.",
        )
    return Signer(
        certificate=certificates_in(authority.certificate_pem)[0],
        key=key_from_pem(authority.key_pem),
    )


def chain_below_root(authority: Authority) -> list[x509.Certificate]:
    """What a server sends after a certificate of `authority`: intermediates, lowest first."""
    return [part for part in upwards(authority) if not facts_of(part).is_self_issued]


def trust_bundle(certificate: Certificate) -> str:
    """PEM of what a client must trust to accept `certificate`: the top of its chain."""
    if certificate.authority:
        return to_pem(upwards(certificate.authority)[-1])
    return to_pem(certificates_in(certificate.full_chain_pem)[-1])


def issuer_of(certificate: x509.Certificate) -> Authority | None:
    """The authority known here that signed `certificate`, proved by its signature."""
    for authority in Authority.objects.filter(not_after__gt=certificate.not_valid_before_utc):
        above = certificates_in(authority.certificate_pem)[0]
        if not break_between(certificate, above):
            return authority
    return None


def upwards(authority: Authority) -> list[x509.Certificate]:
    """`authority` and everything above it, up to its root."""
    found = list(certificates_in(authority.full_chain_pem))
    while authority.parent:
        authority = authority.parent
        found += certificates_in(authority.full_chain_pem)
    return found
