"""Certificates and files that no sound authority makes."""

from base64 import b64decode, encodebytes
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from certificates.keys import key_to_pem, new_key
from certificates.signing import Signer, make_request, sign_authority, sign_leaf, to_pem
from tests.certificates.outside import NOW


def self_signed(key):
    """A server certificate that nobody else signed."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "reg.corp.example")])
    return (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("reg.corp.example")]), False)
        .sign(key, hashes.SHA256())
    )


def signed_with_sha1(pki):
    """A leaf with openssl's words for SHA-1: cryptography itself no longer signs so."""
    der = bytearray(pki.leaf.public_bytes(Encoding.DER))
    # ecdsa-with-SHA256 (1.2.840.10045.4.3.2) becomes ecdsa-with-SHA1 (1.2.840.10045.4.1).
    sha256, sha1 = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06072a8648ce3d0401")
    shorter = bytes(der).replace(b"\x30\x0a" + sha256, b"\x30\x09" + sha1)
    return x509.load_der_x509_certificate(_lengths_fixed(shorter, 2))


def signature_changed(leaf):
    """The same certificate, the last byte of its signature another."""
    der = bytearray(leaf.public_bytes(Encoding.DER))
    der[-1] ^= 1
    return to_pem(x509.load_der_x509_certificate(bytes(der)))


def signed_by_leaf(pki):
    """A leaf under a leaf."""
    return sign_leaf(
        "reg.corp.example", pki.key, names=["reg.corp.example"], addresses=[], usage="server",
        signer=Signer(certificate=pki.leaf, key=pki.key), now=NOW, days=30,
    )


def below_expired_middle(pki):
    """A leaf whose issuer has ended."""
    key = new_key()
    old = sign_authority(
        "Old issuing", key, now=NOW - timedelta(days=100), days=50,
        signer=Signer(certificate=pki.root.certificate, key=pki.root.key),
    )
    # Signed as if the end of its issuer did not count.
    leaf = (
        x509.CertificateBuilder().subject_name(pki.leaf.subject).issuer_name(old.subject)
        .public_key(pki.key.public_key()).serial_number(9).not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("reg.corp.example")]), False)
        .sign(key, hashes.SHA256())
    )
    return {"certificate_pem": to_pem(leaf), "key_pem": key_to_pem(pki.key),
            "chain_pem": to_pem(old) + to_pem(pki.root.certificate)}


def pkcs12_with_rounds(rounds):
    """The outline of a PKCS#12 file whose integrity check asks for that many rounds (RFC 7292)."""
    number = _wrapped(0x02, rounds.to_bytes(4, "big"))
    digest = _wrapped(0x30, _wrapped(0x30, bytes.fromhex("06096086480165030402010500"))
                      + _wrapped(0x04, bytes(32)))
    mac = _wrapped(0x30, digest + _wrapped(0x04, bytes(8)) + number)
    data = _wrapped(0x30, bytes.fromhex("06092a864886f70d010701")
                    + _wrapped(0xA0, _wrapped(0x04, b"\x30\x00")))
    return _wrapped(0x30, b"\x02\x01\x03" + data + mac)


def as_der(pki):
    """Sound files of each kind in binary form."""
    request = make_request("reg", pki.key, usage="server", names=["reg.corp.example"])
    return {
        "certificate": pki.leaf.public_bytes(Encoding.DER),
        "pkcs12": pkcs12.serialize_key_and_certificates(
            b"reg", pki.key, pki.leaf, list(pki.chain()), NoEncryption()
        ),
        "request": b64decode("".join(request.splitlines()[1:-1])),
    }


def pem_of(label, der):
    """A block of PEM with that label."""
    return f"-----BEGIN {label}-----\n{encodebytes(der).decode()}-----END {label}-----\n"


def _wrapped(tag, content):
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    return bytes([tag, 0x82]) + length.to_bytes(2, "big") + content


def _lengths_fixed(der, lost):
    """The outer sequence, and the part that is signed, are shorter by what was taken from them."""
    fixed = bytearray(der)
    for at, less in ((2, lost), (6, lost // 2)):
        fixed[at : at + 2] = (int.from_bytes(fixed[at : at + 2], "big") - less).to_bytes(2, "big")
    return bytes(fixed)
