"""Signs certificates and makes requests; knows cryptography only, no rows and no clock."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes,
    PrivateKeyTypes,
    PublicKeyTypes,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates.subjects import NOBODY, Subject

# A machine whose clock is a little slow must not refuse a new certificate.
CLOCK_SKEW = timedelta(minutes=5)
_PURPOSES = {
    "server": ExtendedKeyUsageOID.SERVER_AUTH,
    "client": ExtendedKeyUsageOID.CLIENT_AUTH,
}


@dataclass(frozen=True, kw_only=True)
class Signer:
    """An authority that can sign: its certificate and its private key."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes


def sign_authority(
    common_name: str,
    key: CertificateIssuerPrivateKeyTypes,
    *,
    now: datetime,
    days: int,
    signer: Signer | None = None,
    subject: Subject = NOBODY,
    crl_url: str = "",
) -> x509.Certificate:
    """A root without `signer` (may sign one level of authorities), else an intermediate.

    Raises ValueError when the signer is not allowed to sign an authority.
    """
    name = subject.name(common_name)
    if signer and _path_length(signer.certificate) == 0:
        raise ValueError("This authority may sign servers and clients, but no other authority.")
    builder = _begun(name, key.public_key(), now=now, days=days, signer=signer)
    builder = (
        builder.issuer_name(signer.certificate.subject if signer else name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0 if signer else 1), True)
        .add_extension(_key_usage("key_cert_sign", "crl_sign"), True)
    )
    if crl_url:
        builder = builder.add_extension(_list_at(crl_url), False)
    signing_key = signer.key if signer else key
    return builder.sign(signing_key, hash_for(signing_key))


def sign_leaf(
    common_name: str,
    key: PublicKeyTypes | PrivateKeyTypes,
    *,
    signer: Signer,
    names: Iterable[str],
    addresses: Iterable[str],
    usage: str,
    now: datetime,
    days: float,
    subject: Subject = NOBODY,
    crl_url: str = "",
) -> x509.Certificate:
    """A certificate for a server or a client (`usage`), with names and IP addresses as SAN.

    It ends no later than its signer does, and says where the list of the revoked is (`crl_url`).
    """
    public = public_part(key)
    builder = _begun(subject.name(common_name), public, now=now, days=days, signer=signer)
    builder = (
        builder.issuer_name(signer.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_leaf_usage(public), True)
        .add_extension(x509.ExtendedKeyUsage([_PURPOSES[usage]]), False)
    )
    if alternatives := _alternatives(names, addresses):
        builder = builder.add_extension(alternatives, False)
    if crl_url:
        builder = builder.add_extension(_list_at(crl_url), False)
    return builder.sign(signer.key, hash_for(signer.key))


def make_request(
    common_name: str,
    key: CertificateIssuerPrivateKeyTypes,
    *,
    names: Iterable[str] = (),
    addresses: Iterable[str] = (),
    usage: str,
    subject: Subject = NOBODY,
) -> str:
    """A signing request as PEM, for somebody else to sign; `usage` may be `authority`, too."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.name(common_name))
    if usage == "authority":
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=0), True
        ).add_extension(_key_usage("key_cert_sign", "crl_sign"), True)
    else:
        builder = builder.add_extension(
            _leaf_usage(key.public_key()), True
        ).add_extension(x509.ExtendedKeyUsage([_PURPOSES[usage]]), False)
    if alternatives := _alternatives(names, addresses):
        builder = builder.add_extension(alternatives, False)
    return to_pem(builder.sign(key, hash_for(key)))


def public_part(key: PublicKeyTypes | PrivateKeyTypes) -> PublicKeyTypes:
    """The public key of a pair, or the public key itself: a team keeps its private key."""
    return key.public_key() if hasattr(key, "public_key") else key


def to_pem(certificate: x509.Certificate | x509.CertificateSigningRequest) -> str:
    """The certificate or request as PEM text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def hash_for(key: CertificateIssuerPrivateKeyTypes) -> hashes.HashAlgorithm | None:
    """The hash that suits the key; None for kinds that bring their own."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return hashes.SHA384() if key.curve.key_size > 256 else hashes.SHA256()
    return hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else None


def issued_by(signer: Signer) -> x509.AuthorityKeyIdentifier:
    """How what it signs names the key of `signer`."""
    try:
        found = signer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(found.value)


def _begun(
    subject: x509.Name, public_key: object, *, now: datetime, days: float, signer: Signer | None
) -> x509.CertificateBuilder:
    ends = now + timedelta(days=days)
    if signer:
        # A chain is valid only as long as every part of it.
        ends = min(ends, signer.certificate.not_valid_after_utc)
    identifier = x509.SubjectKeyIdentifier.from_public_key(public_key)
    own = x509.AuthorityKeyIdentifier(identifier.digest, None, None)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(ends)
        .add_extension(identifier, False)
        .add_extension(issued_by(signer) if signer else own, False)
    )


def _key_usage(*wanted: str) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in wanted for usage in every})


def _leaf_usage(public: PublicKeyTypes) -> x509.KeyUsage:
    if isinstance(public, rsa.RSAPublicKey):
        return _key_usage("digital_signature", "key_encipherment")
    return _key_usage("digital_signature")


def _alternatives(
    names: Iterable[str], addresses: Iterable[str]
) -> x509.SubjectAlternativeName | None:
    found = [x509.DNSName(name) for name in names] + [
        x509.IPAddress(ipaddress.ip_address(address)) for address in addresses
    ]
    return x509.SubjectAlternativeName(found) if found else None


def _list_at(url: str) -> x509.CRLDistributionPoints:
    place = x509.UniformResourceIdentifier(url)
    return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])


def _path_length(certificate: x509.Certificate) -> int | None:
    return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
