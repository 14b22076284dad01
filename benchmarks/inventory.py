"""Makes an inventory: real certificates of twenty issuers, many names, every end from past to far.

They share a few keys: what is measured reads certificates, and making keys takes long.
"""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certificates.rows import signer_of
from certificates.services import ensure_console_authority

_LIVES = (47, 90, 200, 397)
_ISSUERS = 20


def write_inventory(path: Path, amount: int) -> None:
    """Write `amount` certificates to one PEM file; every tenth is of the console's authority."""
    own = signer_of(ensure_console_authority())
    key = ec.generate_private_key(ec.SECP256R1())
    issuers = [(_name(f"Issuing CA {number}"), key) for number in range(_ISSUERS)]
    ours = (own.certificate.subject, own.key)
    with path.open("wb") as file:
        for number in range(amount):
            issuer = ours if number % 10 == 0 else issuers[number % _ISSUERS]
            made = _certificate(number, *issuer, key.public_key())
            file.write(made.public_bytes(Encoding.PEM))


def _certificate(
    number: int, issuer: x509.Name, issuer_key: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
) -> x509.Certificate:
    team = f"team-{number % 500}.example.com"
    life = _LIVES[number % len(_LIVES)]
    # A twentieth has ended; the others are spread over their lives.
    ends = datetime.now(UTC) + timedelta(
        hours=-(number % 2400) if number % 20 == 0 else 1 + number * 7919 % (life * 24)
    )
    address = ipaddress.ip_address(0x0A000000 + number)
    purpose = ExtendedKeyUsageOID.CLIENT_AUTH if number % 7 == 0 else (
        ExtendedKeyUsageOID.SERVER_AUTH
    )
    names = [x509.DNSName(f"host-{number}.{team}"), x509.DNSName(f"alias-{number}.{team}"),
             x509.IPAddress(address)]
    return (
        x509.CertificateBuilder()
        .subject_name(_name(f"host-{number}.{team}")).issuer_name(issuer)
        .public_key(public_key).serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=life)).not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example GmbH"),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ])
