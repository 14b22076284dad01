"""Private keys: made, read, written, and which of them are too weak."""

import base64
import binascii

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    PrivateKeyTypes,
    PublicKeyTypes,
)

from certificates.pem import blocks_in
from certificates.work_factor import MOST_ROUNDS, rounds_in
from lib.errors import ServiceError

DEFAULT_KEY = "ecdsa-p256"
_CURVES = {"ecdsa-p256": ec.SECP256R1, "ecdsa-p384": ec.SECP384R1}
_RSA_BITS = {"rsa-3072": 3072, "rsa-4096": 4096}
KEY_TYPES = (*_CURVES, *_RSA_BITS)
_LONGEST_KEY = 8 * 1024


class KeyUnreadable(ServiceError):
    """A private key cannot be read."""


def new_key(key_type: str = DEFAULT_KEY) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    """A fresh private key of one of KEY_TYPES."""
    if key_type in _CURVES:
        return ec.generate_private_key(_CURVES[key_type]())
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS[key_type])


def key_to_pem(key: PrivateKeyTypes) -> str:
    """PKCS#8 PEM without a password: the database encrypts it, servers need it plain."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def key_to_locked_pem(key: PrivateKeyTypes, password: str) -> str:
    """The same, opened only with `password`."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    ).decode()


def key_from_pem(pem: str, password: str = "") -> PrivateKeyTypes:
    """The private key in `pem` (PKCS#1, PKCS#8 or SEC 1). Raises KeyUnreadable."""
    block = _key_block(pem)
    _require_little_work(block)
    try:
        return serialization.load_pem_private_key(block.encode(), password.encode() or None)
    except TypeError as cause:
        if password:
            # The key has no password of its own: the one given belongs to something else.
            return key_from_pem(pem)
        raise KeyUnreadable(
            "The private key is protected by a password.", advice="Enter its password."
        ) from cause
    except (ValueError, UnsupportedAlgorithm) as cause:
        if password:
            message = "The private key cannot be opened with this password."
        else:
            message = "The private key is damaged or of a kind that cannot be read."
        raise KeyUnreadable(message, advice="Give the key as a PEM block.") from cause


def _key_block(pem: str) -> str:
    """The one private key among the blocks of `pem`; `openssl ecparam` puts another before it."""
    blocks = [block for block in blocks_in(pem) if block.label.endswith("PRIVATE KEY")]
    if not blocks:
        raise KeyUnreadable("The text holds no private key as a PEM block.")
    if len(blocks) > 1:
        raise KeyUnreadable(f"The text holds {len(blocks)} private keys; give one.")
    if blocks[0].label.startswith("OPENSSH"):
        raise KeyUnreadable(
            "This is a key of SSH, not of TLS.", advice="Convert it with ssh-keygen -p -m PEM."
        )
    if len(blocks[0].text) > _LONGEST_KEY:
        raise KeyUnreadable("The private key is longer than any RSA key of 8192 bits.")
    return blocks[0].text


def _require_little_work(block: str) -> None:
    """Refuse what would keep us busy for minutes before it opens."""
    body = "".join(line for line in block.splitlines() if not line.startswith("-----"))
    try:
        rounds = rounds_in(base64.b64decode(body))
    except binascii.Error:
        return  # damaged, or the old kind with headers, which has no rounds
    if "ENCRYPTED PRIVATE KEY" in block and rounds > MOST_ROUNDS:
        raise KeyUnreadable(f"The password of the private key asks for {rounds} rounds of work.")


def name_of(key: PublicKeyTypes) -> str:
    """How lists call this kind of key, like `ecdsa-p256` or `rsa-2048`."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ecdsa-p{key.curve.key_size}"
    return type(key).__name__.removesuffix("PublicKey").lower()[:20]


def problem_with_key(key: PublicKeyTypes) -> str:
    """Why clients of a registry would refuse this key; empty when they would not."""
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < 2048:
            return f"The RSA key has {key.key_size} bits; at least 2048 are needed."
        if key.key_size > 8192:
            return f"The RSA key has {key.key_size} bits; more than 8192 slow each handshake down."
        return ""
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in ("secp256r1", "secp384r1", "secp521r1"):
            return f"Clients do not know the curve {key.curve.name}; use P-256 or P-384."
        return ""
    return f"Clients do not take {name_of(key)} keys for TLS; use RSA or ECDSA."


def same_key(one: PublicKeyTypes, other: PublicKeyTypes) -> bool:
    """Whether both are the same public key."""
    return _der(one) == _der(other)


def _der(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
