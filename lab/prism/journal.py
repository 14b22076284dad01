"""Every request that arrived, for assertions, with the secrets struck out."""

import threading
from collections import deque
from dataclasses import asdict, dataclass, field

STRUCK = "•••"
MOST_ENTRIES = 10_000
SECRET_HEADERS = {"authorization", "cookie", "x-ntnx-api-key"}
SECRET_FIELDS = {
    "guestCustomization",
    "vm_customization_config",
    "password",
    "clientSecret",
    "targetSecret",
    "j_password",
}


def redacted(value: object) -> object:
    """The same JSON value without what nobody may read in a journal."""
    if isinstance(value, dict):
        return {
            key: STRUCK if key in SECRET_FIELDS else redacted(item) for key, item in value.items()
        }
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return value


@dataclass
class Entry:
    """One request and how it was answered; status 0 means that the answer was dropped."""

    number: int
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: object = None
    status: int = 0
    user: str = ""

    @property
    def request_id(self) -> str | None:
        return self.headers.get("ntnx-request-id")

    @property
    def if_match(self) -> str | None:
        return self.headers.get("if-match")

    def as_json(self) -> dict:
        """The entry as plain data."""
        return asdict(self)


class Journal:
    """The requests in the order in which they arrived."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._count = 0

    def note(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: object
    ) -> Entry:
        """Write down a request; its status is filled in when it was answered."""
        kept = {
            name.lower(): STRUCK if name.lower() in SECRET_HEADERS else value
            for name, value in headers.items()
        }
        with self._lock:
            self._count += 1
            entry = Entry(self._count, method, path, query, kept, redacted(body))
            self._entries.append(entry)
        return entry

    def entries(self, method: str | None = None, containing: str = "") -> list[Entry]:
        """The requests of that method whose path contains the text."""
        with self._lock:
            known = list(self._entries)
        return [e for e in known if method in (None, e.method) and containing in e.path]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self):
        return iter(self.entries())
