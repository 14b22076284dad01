"""Reads certificates from PEM and says what stands in them."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from certificates.keys import name_of
from certificates.pem import Block, blocks_in
from lib.errors import ServiceError

_ADVICE = "Give blocks that begin with -----BEGIN CERTIFICATE-----."
MOST_CERTIFICATES = 20
# What cryptography raises for files that are damaged or beyond what it knows.
BROKEN = (
    ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType, UnsupportedAlgorithm,
)


class CertificateUnreadable(ServiceError):
    """What was given holds no certificate that can be read."""
@dataclass(frozen=True, kw_only=True)
class Facts:
    """What lists and checks want to know of a certificate; serial and fingerprint are hex."""

    common_name: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    issuer_name: str
    serial: str
    not_before: datetime
    not_after: datetime
    fingerprint: str
    key_type: str
    is_authority: bool
    is_self_issued: bool


def certificates_in(pem: str) -> tuple[x509.Certificate, ...]:
    """Every certificate in `pem`, in order; text and keys around the blocks are ignored.

    Raises CertificateUnreadable when there is none or one is broken.
    """
    blocks = blocks_in(pem)
    found: list[x509.Certificate] = []
    for block in blocks:
        if block.label in ("CERTIFICATE", "X509 CERTIFICATE"):
            text = block.text.replace("X509 CERTIFICATE", "CERTIFICATE")
            found.append(_certificate(text.encode(), len(found) + 1))
        elif block.label in ("PKCS7", "CMS"):
            found += _bundle(block)
    if not found:
        raise CertificateUnreadable(_nothing_in(pem, blocks), advice=_ADVICE)
    return bounded(found)


def _certificate(pem: bytes, number: int) -> x509.Certificate:
    try:
        found = x509.load_pem_x509_certificate(pem)
        facts_of(found)  # parts of it are read only when asked for
    except BROKEN as cause:
        raise CertificateUnreadable(
            f"Certificate {number} of the text cannot be read: it is damaged or cut.",
            advice=_ADVICE, detail=str(cause),
        ) from cause
    return found


def _bundle(block: Block) -> list[x509.Certificate]:
    try:
        found = pkcs7.load_pem_pkcs7_certificates(
            block.text.replace("CMS-----", "PKCS7-----").encode()
        )
        return [part for part in found if facts_of(part)]
    except BROKEN as cause:
        raise CertificateUnreadable("The PKCS#7 bundle cannot be read.") from cause


def bounded(found: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """The same, unless they are too many for any chain."""
    if len(found) > MOST_CERTIFICATES:
        raise CertificateUnreadable(
            f"There are {len(found)} certificates; a chain has at most {MOST_CERTIFICATES}."
        )
    return tuple(found)


def _nothing_in(pem: str, blocks: Sequence[Block]) -> str:
    labels = ", ".join(dict.fromkeys(block.label for block in blocks))
    if any(block.label.endswith("CERTIFICATE REQUEST") for block in blocks):
        return "This is a signing request, not the certificate that was made from it."
    if labels:
        return f"The text holds no certificate, but: {labels}."
    if pem.strip().startswith("MII"):
        return "The lines BEGIN CERTIFICATE and END CERTIFICATE around the text are missing."
    return "The text holds no PEM certificate that can be read."


def facts_of(certificate: x509.Certificate) -> Facts:
    """What stands in the certificate."""
    names, addresses = _alternatives(certificate)
    return Facts(
        common_name=_common_name(certificate) or (names or addresses or ("",))[0],
        names=names,
        addresses=addresses,
        issuer_name=_written(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        key_type=name_of(certificate.public_key()),
        is_authority=_is_authority(certificate),
        is_self_issued=certificate.issuer == certificate.subject,
    )


@lru_cache(maxsize=1000)
def _written(name: x509.Name) -> str:
    """Kept: an inventory has few issuers, and writing one takes a tenth of the reading."""
    return name.rfc4514_string()[:500]


def covers(certificate: x509.Certificate, name: str) -> bool:
    """Whether clients that ask for `name` (DNS name or address) find it in the certificate."""
    names, addresses = _alternatives(certificate)
    name = _as_clients_ask(name)
    parent = name.partition(".")[2]
    return name in names or name in addresses or bool(parent and f"*.{parent}" in names)


def break_between(signed: x509.Certificate, signer: x509.Certificate) -> bool:
    """Whether `signed` does not carry the signature of `signer`."""
    try:
        signed.verify_directly_issued_by(signer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return True
    return False


def _as_clients_ask(name: str) -> str:
    """Lower case, in punycode, without the last dot; an address in its shortest form."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        name = name.lower().rstrip(".")
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def _common_name(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value)[:255] if found else ""


def _alternatives(certificate: x509.Certificate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return (), ()
    names = tuple(name.lower() for name in found.get_values_for_type(x509.DNSName))
    addresses = tuple(str(address) for address in found.get_values_for_type(x509.IPAddress))
    return names, addresses


def _is_authority(certificate: x509.Certificate) -> bool:
    extensions = certificate.extensions
    try:
        if not extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound as missing:
        # Without a key usage every use is allowed (RFC 5280, 4.2.1.3).
        return missing.oid == x509.KeyUsage.oid
