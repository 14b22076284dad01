"""One session with one Prism: who we are, what is repeated, what is never repeated.

The rules are those of nutanix.md 3.3: a 401 is never repeated with the same credentials; 429 and
5xx are, with the same request id; a lost answer to a change is asked for once more, then told.
"""

import base64
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lib.errors import Unreachable
from lib.http import Answer, JSONSession
from lib.redact import Redactor
from nutanix.prism.answers import error_of, is_rate_limit, retry_after
from nutanix.prism.errors import PrismError, Untrusted, WrongPassword
from nutanix.prism.logins import login_of
from nutanix.prism.sentences import answer_lost, busy, hopeless, silent, wrong_password

if TYPE_CHECKING:
    from nutanix.models import Prism

_API_KEY_USER = "X-ntnx-api-key"
_REPEATED = (500, 502, 503, 504)
_MAY_HAVE_ACTED = (500, 502, 504)
_LONGEST_PAUSE = 60.0
_CONNECT = 10.0


class PrismSession:
    """Requests to one Prism. `pause` waits between repetitions and may raise to stop them;
    `repeats` is how often a failed request is sent again."""

    def __init__(
        self, url: str, *, name: str, username: str = "", password: str = "", api_key: str = "",
        ca_pem: str = "", fingerprint: str = "", read_timeout: float = 90.0,
    ) -> None:
        self.name, self.url = name, url
        self.pause: Callable[[float], None] = time.sleep
        self.repeats = 4
        # What Prism may send back of our own requests, and nobody may read in an error.
        self.redact = Redactor()
        # Called with every exchange, secrets included: for who writes a transcript.
        self.heard: Callable[..., None] | None = None
        # Told when certificate or login are refused (the error) and when both were accepted (None).
        self.noticed: Callable[[PrismError | None], None] = lambda error: None
        # Whether a change repeated with the same request id is done once: not on Prism Element.
        self.remembers_requests = True
        if username.lower() == _API_KEY_USER.lower():  # a habit of other tools
            username, api_key = "", password
        self._credentials = _credentials(username, password, api_key)
        self._by_key, self._is_pinned = bool(api_key), bool(fingerprint)
        self.is_anonymous = not self._credentials
        self._login = login_of(url, ca_pem, fingerprint, username, password, api_key)
        self._open = ExitStack()
        self._http = self._open.enter_context(JSONSession(
            url, verify=self._ca_file(ca_pem) if ca_pem else True,
            fingerprint=fingerprint or None, timeouts=(_CONNECT, read_timeout),
        ))

    @classmethod
    def of(cls, prism: "Prism") -> "PrismSession":
        return cls(
            prism.url, name=prism.name, username=prism.username, password=prism.password,
            api_key=prism.api_key, ca_pem=prism.ca_pem, fingerprint=prism.fingerprint,
            read_timeout=prism.read_timeout,
        )

    def close(self) -> None:
        self._open.close()

    def send(
        self, method: str, path: str, *, body: Any = None, params: dict[str, Any] | None = None,
        request_id: str = "", etag: str = "", makes: bool = False,
    ) -> Answer:
        """The answer of any status but 401, 429 and 5xx, which are handled here.

        With `makes` a lost answer is not asked for again: whether Prism remembers request ids is
        not known (nutanix.md 2.0), so the caller must first look whether the thing is there.

        Raises WrongPassword, Busy, AnswerLost, or PrismError when Prism cannot be reached.
        """
        headers = {"Accept": "application/json", "NTNX-Request-Id": request_id or str(uuid4())}
        if etag:
            headers["If-Match"] = etag
        try:
            answer = self._persist(method, path, body, params, headers, makes=makes)
        except (WrongPassword, Untrusted) as error:
            self.noticed(error)
            raise
        if answer.ok and method != "OPTIONS":  # those are answered to strangers, too
            self.noticed(None)
        return answer

    def _persist(
        self, method: str, path: str, body: Any, params: Any, headers: dict[str, str], *,
        makes: bool,
    ) -> Answer:
        """The same, asked again as often as the rules allow."""
        lost = failed = 0
        while True:
            try:
                answer = self._once(method, path, body, params, headers)
            except Unreachable as fault:
                lost += 1
                self._after_silence(fault, method, lost, makes=makes)
                continue
            if not is_rate_limit(answer) and answer.status not in _REPEATED:
                return answer
            if makes and not self.remembers_requests and answer.status in _MAY_HAVE_ACTED:
                raise answer_lost(self.name, self.refusal(answer, f"{method} {path}").detail)
            failed += 1
            if failed > self.repeats:
                detail = self.refusal(answer, f"{method} {path}").detail
                raise busy(self.name, answer, detail, failed)
            self.pause(max(_backoff(failed), min(retry_after(answer), _LONGEST_PAUSE)))

    def _once(
        self, method: str, path: str, body: Any, params: Any, headers: dict[str, str]
    ) -> Answer:
        """One request, with the cookie when there is one; a 401 to that is a reason to log in."""

        def asked(who: dict[str, str]) -> Answer:
            answer = self._http.request(
                method, path, json=body, params=params, headers=headers | who
            )
            self._login.keep(answer)
            if self.heard:
                self.heard(method, path, params, headers | who, body, answer)
            return answer

        if cookie := self._login.cookie:
            answer = asked({"Cookie": cookie})
            if answer.status != 401:
                return answer
            self._login.forget(cookie)
        with self._login.turn():
            # Whoever had to wait for a turn finds the cookie of the one before.
            cookie = self._login.cookie
            answer = asked({"Cookie": cookie} if cookie else self._credentials)
        if answer.status == 401:
            self._login.forget(cookie)
            raise wrong_password(self.name, by_key=self._by_key)
        return answer

    def refusal(self, answer: Answer, asked: str, *, namespace: str = "") -> PrismError:
        """The fitting error for an answer that is no success."""
        return error_of(
            answer, name=self.name, asked=asked, redact=self.redact, namespace=namespace
        )

    def log_in_anew(self) -> None:
        """The next request shows the credentials, so that they are tested and not a cookie."""
        self._login.forget(self._login.cookie)

    def _after_silence(
        self, fault: Unreachable, method: str, times: int, *, makes: bool
    ) -> None:
        """Wait before the request is sent again, or raise what must be told."""
        if fault.kind in ("dns", "tls"):
            raise hopeless(self.name, fault, pinned=self._is_pinned) from fault
        changes = method not in ("GET", "OPTIONS")
        may_have_acted = changes and fault.kind in ("timeout", "dropped")
        if may_have_acted and (makes or times > 1):
            raise answer_lost(self.name, fault.detail) from fault
        if times > self.repeats:
            raise silent(self.name, fault, times) from fault
        self.pause(_backoff(times))

    def _ca_file(self, pem: str) -> str:
        folder = self._open.enter_context(tempfile.TemporaryDirectory(prefix="slipway-prism-"))
        file = Path(folder) / "ca.pem"
        file.write_text(pem)
        return str(file)


def _credentials(username: str, password: str, api_key: str) -> dict[str, str]:
    if api_key:
        return {_API_KEY_USER: api_key}
    if not username:
        return {}
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _backoff(times: int) -> float:
    return min(2.0 ** (times - 1), _LONGEST_PAUSE)
