"""Encrypts short secrets with AES-GCM under named keys, each bound to the place it is stored."""

import base64
import binascii
import os
import re
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from lib.errors import ServiceError

_FORMAT = "aesgcm1"
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")


class DecryptionFailed(ServiceError):
    """A stored secret cannot be read with the keys at hand."""


class Keyring:
    """The keys of ENCRYPTION_KEYS: the first encrypts, all decrypt."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        """Raise ImproperlyConfigured for an entry that is not `id:base64 of 32 bytes`."""
        if not entries:
            raise ImproperlyConfigured("ENCRYPTION_KEYS is empty; give at least one id:base64.")
        pairs = [_parse(entry) for entry in entries]
        self._ciphers = {key_id: AESGCM(key) for key_id, key in pairs}
        if len(self._ciphers) != len(pairs):
            raise ImproperlyConfigured("ENCRYPTION_KEYS names the same key id twice.")
        self.current = pairs[0][0]

    def encrypt(self, plaintext: str, place: str) -> str:
        """The stored form of `plaintext`; it can be read back only with the same `place`."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(nonce, plaintext.encode(), place.encode())
        return ":".join((_FORMAT, self.current, base64.b64encode(nonce + sealed).decode()))

    def decrypt(self, stored: str, place: str) -> str:
        """The plaintext of `stored`. Raises DecryptionFailed, naming the place and the key."""
        key_id = key_id_of(stored)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise DecryptionFailed(
                f"The secret {place} was encrypted with key “{key_id}”, "
                "which is not in ENCRYPTION_KEYS.",
                advice="Add that key to the end of ENCRYPTION_KEYS and restart the console.",
            )
        try:
            sealed = base64.b64decode(stored.split(":", 2)[2], validate=True)
            opened = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, IndexError, ValueError) as cause:
            raise DecryptionFailed(
                f"The secret {place} cannot be decrypted with key “{key_id}”.",
                advice="Either the key is not the one it was encrypted with, or the value was "
                "changed or copied from another row. Restore the key or enter the secret again.",
            ) from cause
        return opened.decode()


def key_id_of(stored: str) -> str:
    """The id of the key that `stored` was encrypted with; empty when it is no stored secret."""
    form, _, rest = stored.partition(":")
    return rest.partition(":")[0] if form == _FORMAT else ""


def keyring() -> Keyring:
    """The keys of this console, from settings.ENCRYPTION_KEYS."""
    return _keyring_of(tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=4)
def _keyring_of(entries: tuple[str, ...]) -> Keyring:
    return Keyring(entries)


def _parse(entry: str) -> tuple[str, bytes]:
    # The message never repeats the entry: it is a key.
    key_id, _, encoded = entry.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not _KEY_ID.fullmatch(key_id) or len(key) != 32:
        raise ImproperlyConfigured(
            "An entry of ENCRYPTION_KEYS is not id:base64 of 32 bytes. "
            "Make one with: openssl rand -base64 32"
        )
    return key_id, key
