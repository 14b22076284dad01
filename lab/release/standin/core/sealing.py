"""Seals the credentials of other registries with the key that prepare keeps (harbor.md 6.4)."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class Undecryptable(Exception):
    """The secretkey is another one than that which sealed the value."""


class Seal:
    """AES-GCM by the 16 characters of /etc/core/key; without that file nothing opens again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def close(self, text: str) -> str:
        nonce = os.urandom(NONCE)
        return (nonce + self._cipher().encrypt(nonce, text.encode(), None)).hex()

    def open(self, sealed: str) -> str:
        data = bytes.fromhex(sealed)
        try:
            return self._cipher().decrypt(data[:NONCE], data[NONCE:], None).decode()
        except InvalidTag as cause:
            raise Undecryptable("the stored credential does not fit the secretkey") from cause

    def _cipher(self) -> AESGCM:
        return AESGCM(self._path.read_bytes().strip())
