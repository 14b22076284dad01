"""How passwords are kept, compared and judged."""

import hashlib
import hmac
import secrets
import string

LETTERS = string.ascii_letters + string.digits


def hashed(password: str) -> tuple[str, str]:
    """A new salt and the hash with it."""
    salt = new_secret(32)
    return salt, _hash(password, salt)


def matches(password: str, salt: str, stored: str) -> bool:
    return bool(salt) and hmac.compare_digest(_hash(password, salt), stored)


def new_secret(length: int = 32) -> str:
    """Letters and digits, with an upper, a lower and a digit."""
    while True:
        value = "".join(secrets.choice(LETTERS) for _ in range(length))
        if is_acceptable(value):
            return value


def is_acceptable(password: str) -> bool:
    """8 to 128 characters with an upper, a lower and a digit (harbor.md 2.3)."""
    kinds = (str.isupper, str.islower, str.isdigit)
    return 8 <= len(password) <= 128 and all(any(map(kind, password)) for kind in kinds)


def _hash(password: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 4096, 32).hex()
