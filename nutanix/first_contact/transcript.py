"""Every exchange of a first contact, without secrets; the lab's simulator can replay it."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lib.http import Answer
from lib.redact import MASK, Redactor

VERSION = 1
_LONGEST_LIST = 25
_SHOWN_HEADERS = ("content-type", "etag", "retry-after", "server", "vary", "location")
# What carries a secret whatever its value: see nutanix.md 2.0, 2.8, 2.10.
_SECRET_FIELDS = {
    "guestCustomization", "vm_customization_config", "cloudInitScript", "userdata", "password",
    "clientSecret", "targetSecret", "secret", "secretKey", "apiKey", "key_material", "basicAuth",
}


class Transcript:
    """Exchanges in their order. `secrets` are struck out in every spelling that travels."""

    def __init__(self, *secrets: str) -> None:
        self.exchanges: list[dict[str, Any]] = []
        self._redact = Redactor()
        for secret in secrets:
            self._redact.add(secret)

    def hear(
        self, method: str, path: str, params: Any, headers: dict[str, str], body: Any,
        answer: Answer,
    ) -> None:
        """Write one exchange down; the secrets that it hands out are known from now on."""
        for cookie in answer.raw.cookies:
            self._redact.add(cookie.value)
        parts = urlsplit(path)
        told = answer.json()
        self.exchanges.append({
            "method": method, "path": parts.path,
            "query": {str(name): str(value) for name, value in (params or {}).items()},
            "headers": {name: _header(name, value) for name, value in headers.items()},
            "body": self._clean(body), "status": answer.status,
            "answer_headers": {
                name: self._redact(value) for name, value in answer.headers.items()
                if name.lower() in _SHOWN_HEADERS or name.lower().startswith("x-")
            },
            "sends_cookies": sorted(cookie.name for cookie in answer.raw.cookies),
            "answer": self._clean(told) if told is not None else self._redact(answer.text[:2000]),
        })

    def save(self, file: Path, **about: Any) -> None:
        """As JSON that only its owner can read."""
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        kept = {"version": VERSION, **about, "exchanges": self.exchanges}
        file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")

    def _clean(self, value: Any) -> Any:
        """Short lists, no secret fields, no known secrets."""
        if isinstance(value, dict):
            return {
                key: MASK if key in _SECRET_FIELDS and item else self._clean(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._clean(item) for item in value[:_LONGEST_LIST]]
        return self._redact(value) if isinstance(value, str) else value


def _header(name: str, value: str) -> str:
    return value if name.lower() in ("ntnx-request-id", "if-match", "accept") else MASK
