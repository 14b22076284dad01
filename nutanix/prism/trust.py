"""Shows which certificate a Prism serves, so that a person can decide whether to trust it."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes

_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class ServedCertificate:
    """What Prism shows; believed by nobody yet."""

    subject: str
    issuer: str
    not_after: datetime
    fingerprint: str

    def __str__(self) -> str:
        when = "expired on" if self.not_after < datetime.now(UTC) else "valid until"
        return (
            f"It serves a certificate of {self.subject or 'nobody'}, issued by "
            f"{self.issuer or 'nobody'}, {when} {self.not_after:%Y-%m-%d}, "
            f"SHA-256 fingerprint {self.fingerprint}."
        )


def served_by(url: str) -> ServedCertificate | None:
    """The certificate at `url`; None when there is none to see. Nothing else is sent there."""
    parts = urlsplit(url)
    try:
        pem = ssl.get_server_certificate(
            (parts.hostname or "", parts.port or 443), timeout=_SECONDS
        )
        found = x509.load_pem_x509_certificate(pem.encode())
    except (OSError, ValueError):
        return None
    return ServedCertificate(
        subject=found.subject.rfc4514_string(), issuer=found.issuer.rfc4514_string(),
        not_after=found.not_valid_after_utc,
        fingerprint=found.fingerprint(hashes.SHA256()).hex(":").upper(),
    )
