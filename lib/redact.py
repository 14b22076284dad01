"""Taking known secrets out of text before it is stored or sent."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

MASK = "•••"
# Shorter values would mask ordinary words; a secret that short is no secret.
_SHORTEST = 6


class Redactor:
    """Replaces every secret it was told, in the spellings that travel: plain, base64, URL, JSON."""

    def __init__(self) -> None:
        self._spellings: list[str] = []

    def add(self, secret: str | None) -> None:
        """Remember `secret`; empty and very short values are ignored."""
        if not secret or len(secret) < _SHORTEST:
            return
        parts = {secret, *(line for line in secret.splitlines() if len(line) >= _SHORTEST)}
        known = {spelling for part in parts for spelling in _spellings(part)}
        # Longest first, so that a part never uncovers the rest of a longer secret.
        self._spellings = sorted({*self._spellings, *known}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for spelling in self._spellings:
            text = text.replace(spelling, MASK)
        return text


def _spellings(secret: str) -> set[str]:
    raw = secret.encode()
    encoded = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    stripped = {text.rstrip("=") for text in encoded}
    escaped = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    escaped |= {json.dumps(secret, ensure_ascii=ascii)[1:-1] for ascii in (True, False)}
    return {secret} | encoded | stripped | escaped | set(_inside_base64(raw))


def _inside_base64(raw: bytes) -> Iterator[str]:
    """How base64 of something longer shows the secret, as in `Basic` of user:password.

    Three places in a group of three bytes; only the characters that are the secret's alone.
    """
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + raw + bytes(3)).decode()
        core = whole[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
        yield core
        yield core.replace("+", "-").replace("/", "_")
