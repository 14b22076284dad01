"""One session cookie per Prism and login, shared by every client of this process.

Logins side by side are refused at random where users come from LDAP (nutanix.md 3.2): whoever
comes while another one logs in waits for that one's cookie. Cookies are kept in memory only.
"""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lib.http import Answer

# Prism Central's, and Prism Element's (nutanix.md 2.0, 2.0.2).
COOKIES = ("NTNX_IGW_SESSION", "JSESSIONID")


class Login:
    """What one user holds at one Prism."""

    def __init__(self) -> None:
        self.cookie = ""
        self._one_by_one = threading.Lock()
        self._gives_none = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Alone with the credentials, unless this Prism hands out no cookies anyway."""
        if self._gives_none:
            yield
            return
        with self._one_by_one:
            yield

    def keep(self, answer: Answer) -> None:
        """Remember the cookie of a success, or that there was none.

        The question for the version may be answered to anybody: its silence says nothing.
        """
        if not answer.ok or answer.raw.request.method == "OPTIONS":
            return
        found = answer.raw.cookies
        name = next((name for name in COOKIES if found.get(name)), "")
        if name:
            self.cookie = f"{name}={found.get(name)}"
        self._gives_none = not self.cookie

    def forget(self, cookie: str) -> None:
        """That one is worthless; a newer one, which another client got meanwhile, stays."""
        if self.cookie == cookie:
            self.cookie = ""


_logins: dict[str, Login] = {}
_lock = threading.Lock()


def login_of(*who: str) -> Login:
    """The one login of these: address, trust and credentials."""
    key = hashlib.sha256("\0".join(who).encode()).hexdigest()
    with _lock:
        return _logins.setdefault(key, Login())


def _start_afresh() -> None:
    """A forked process must not wait for a lock that a thread of its parent held."""
    global _lock
    _lock = threading.Lock()
    _logins.clear()


os.register_at_fork(after_in_child=_start_afresh)
