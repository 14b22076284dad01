"""Keys and certificates: the token signing pair, and the internal ones of `gencert`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
INTERNAL_NAMES = {
    "proxy": "proxy", "core": "core", "job_service": "jobservice", "registry": "registry",
    "registryctl": "registryctl", "portal": "portal", "trivy_adapter": "trivy-adapter",
    "harbor_db": "postgresql",
}


def signing_pair() -> tuple[bytes, bytes]:
    """A new RSA 4096 key and its certificate of ten years with an empty subject, both PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=4096)
    certificate = _certificate(key, x509.Name([]), x509.Name([]), key, days=3650)
    return _key_pem(key), certificate


def write_internal_certificates(folder: Path, days: int) -> None:
    """An internal authority and a certificate for every service name (harbor.md 2.2)."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Harbor stand-in internal CA")])
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate(ca_key, ca_name, ca_name, ca_key, days=days)
    _write_pair(folder, "harbor_internal_ca", _key_pem(ca_key), ca)
    for file, name in INTERNAL_NAMES.items():
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        pem = _certificate(key, subject, ca_name, ca_key, days=days, host=name)
        _write_pair(folder, file, _key_pem(key), pem)


def _write_pair(folder: Path, name: str, key: bytes, certificate: bytes) -> None:
    for suffix, content, mode in (("key", key, 0o600), ("crt", certificate, 0o644)):
        path = folder / f"{name}.{suffix}"
        path.write_bytes(content)
        path.chmod(mode)


def _certificate(key: Key, subject: x509.Name, issuer: x509.Name,
                 issuer_key: Key, *, days: int, host: str | None = None) -> bytes:
    start = datetime.now(UTC) - timedelta(minutes=5)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(start).not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True))
    if host:
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _key_pem(key: Key) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM,
                             serialization.PrivateFormat.TraditionalOpenSSL,
                             serialization.NoEncryption())
