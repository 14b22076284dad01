"""Passwords that every part of Harbor can carry unharmed."""

import secrets
import string

_CLASSES = (string.ascii_uppercase, string.ascii_lowercase, string.digits)


def new_password(length: int = 24) -> str:
    """A random password of letters and digits with at least one of each class.

    Nothing else is safe in env files, DSNs, SQL and YAML alike (`harbor.md 2.3`).
    """
    alphabet = "".join(_CLASSES)
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(length))
        if all(any(letter in kind for letter in password) for kind in _CLASSES):
            return password
