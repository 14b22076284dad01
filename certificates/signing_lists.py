"""Signs revocation lists; knows cryptography only, no rows and no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from certificates.signing import Signer, hash_for, issued_by


@dataclass(frozen=True, kw_only=True)
class Revoked:
    """One line of a revocation list; the serial number is hexadecimal."""

    serial: str
    at: datetime
    reason: str


def sign_revocation_list(
    signer: Signer, revoked: Iterable[Revoked], *, number: int, now: datetime, days: int
) -> str:
    """The revocation list of an authority as PEM, valid for `days`."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(signer.certificate.subject)
        .last_update(now)
        .next_update(now + timedelta(days=days))
        .add_extension(x509.CRLNumber(number), False)
        .add_extension(issued_by(signer), False)
    )
    for line in revoked:
        builder = builder.add_revoked_certificate(_revoked_entry(line))
    signed = builder.sign(signer.key, hash_for(signer.key))
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def list_as_der(pem: str) -> bytes:
    """A list in the binary form."""
    return x509.load_pem_x509_crl(pem.encode()).public_bytes(serialization.Encoding.DER)


def _revoked_entry(line: Revoked) -> x509.RevokedCertificate:
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(int(line.serial, 16))
        .revocation_date(line.at)
    )
    if line.reason and line.reason != "unspecified":  # RFC 5280 5.3.1: leave it out then
        builder = builder.add_extension(x509.CRLReason(x509.ReasonFlags(line.reason)), False)
    return builder.build()
