"""Who calls: users, API keys and session cookies of the simulated Prism."""

import base64
import binascii
import secrets
import time
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from lab.prism.knobs import Knobs

COOKIE = "NTNX_IGW_SESSION"
FORM_COOKIE = "JSESSIONID"


@dataclass
class User:
    """A person or a service account; `denied` names the namespaces that answer 403."""

    name: str
    password: str = ""
    denied: set[str] = field(default_factory=set)
    read_only: bool = False
    wrong_passwords: int = 0

    def may(self, namespace: str, *, changing: bool) -> bool:
        """Whether the user's role covers such a call."""
        if changing and self.read_only:
            return False
        return not self.denied & {namespace, "*"}


@dataclass
class ApiKey:
    """A key of a service account (nutanix.md 2.0)."""

    user: User
    state: str = "VALID"  # VALID | REVOKED | EXPIRED


class Door:
    """Decides who a request comes from."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self.users: dict[str, User] = {}
        self.keys: dict[str, ApiKey] = {}
        self._sessions: dict[str, tuple[User, float]] = {}

    def who(self, headers: dict[str, str]) -> User | None:
        """The user of this request (header names in lower case); None means 401."""
        session = self._session(headers.get("cookie", ""))
        if session:
            return self._of_session(session)
        key = headers.get("x-ntnx-api-key")
        if key is not None:
            return self._of_key(key)
        return self._of_basic(headers.get("authorization", ""))

    def log_in(self, name: str, password: str) -> User | None:
        """The user, if the password is right and the user is not locked out."""
        user = self.users.get(name)
        if user is None:
            return None
        limit = self._knobs.lockout_after
        if limit and user.wrong_passwords >= limit:
            return None
        if not secrets.compare_digest(user.password.encode(), password.encode()):
            user.wrong_passwords += 1
            return None
        user.wrong_passwords = 0
        return user

    def open_session(self, user: User) -> str:
        """The value of a new session cookie."""
        token = secrets.token_urlsafe(32)
        self._sessions[token] = (user, time.monotonic() + self._knobs.cookie_seconds)
        return token

    def end_sessions(self) -> None:
        """Every session cookie is worthless from now on."""
        self._sessions.clear()

    def _session(self, header: str) -> str | None:
        try:
            cookies = SimpleCookie(header)
        except CookieError:
            return None
        found = cookies.get(COOKIE) or cookies.get(FORM_COOKIE)
        return found.value if found else None

    def _of_session(self, token: str) -> User | None:
        user, until = self._sessions.get(token, (None, 0.0))
        if user is None or time.monotonic() >= until:
            self._sessions.pop(token, None)
            return None
        return user

    def _of_key(self, secret: str) -> User | None:
        key = self.keys.get(secret)
        return key.user if key and key.state == "VALID" else None

    def _of_basic(self, header: str) -> User | None:
        scheme, _, encoded = header.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            pair = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, _, password = pair.partition(":")
        if name.lower() == "x-ntnx-api-key":
            return self._of_key(password)
        return self.log_in(name, password)
