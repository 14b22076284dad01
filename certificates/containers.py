"""Opens binary files: one certificate, a PKCS#7 bundle, or PKCS#12 with its key."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs7, pkcs12

from certificates.reading import BROKEN, CertificateUnreadable, bounded, facts_of
from certificates.work_factor import MOST_ROUNDS, rounds_in


@dataclass(frozen=True, kw_only=True)
class Container:
    """The content of a PKCS#12 file."""

    certificates: tuple[x509.Certificate, ...]
    key: PrivateKeyTypes | None


def certificates_in_der(data: bytes) -> tuple[x509.Certificate, ...]:
    """One certificate, or a PKCS#7 bundle, in binary form; empty when it is neither."""
    for load in (x509.load_der_x509_certificate, pkcs7.load_der_pkcs7_certificates):
        with suppress(*BROKEN):
            found = load(data)
            found = found if isinstance(found, list) else [found]
            for part in found:
                facts_of(part)
            return bounded(found)
    return ()


def open_pkcs12(content: bytes, password: str) -> Container:
    """The content of a .p12 or .pfx file. Raises CertificateUnreadable."""
    rounds = rounds_in(content)
    if rounds > MOST_ROUNDS:
        raise CertificateUnreadable(f"The password of the file asks for {rounds} rounds of work.")
    try:
        key, leaf, others = pkcs12.load_key_and_certificates(content, password.encode() or None)
        found = (leaf, *others) if leaf else tuple(others)
        for part in found:
            facts_of(part)
    except BROKEN as cause:
        raise CertificateUnreadable(
            "The PKCS#12 file cannot be opened with this password.",
            advice="Check the password and that the file is a .p12 or .pfx file.",
        ) from cause
    if not found:
        raise CertificateUnreadable("The PKCS#12 file holds no certificate.")
    return Container(certificates=bounded(found), key=key)


def pkcs12_of(
    key: PrivateKeyTypes, chain: Sequence[x509.Certificate], *, name: str, password: str
) -> bytes:
    """A .p12 file of the key, its certificate and those above it (AES-256, PBKDF2)."""
    leaf, *above = chain
    return pkcs12.serialize_key_and_certificates(
        name.encode(), key, leaf, above, BestAvailableEncryption(password.encode())
    )
