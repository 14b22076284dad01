"""Receives each request: journal, faults, rate limit; then the right API answers."""

import json
import threading
import time

from lab.prism import bodies
from lab.prism.call import Answer, Call, Prism
from lab.prism.identity import COOKIE, FORM_COOKIE
from lab.prism.journal import Entry
from lab.prism.knobs import Knobs
from lab.prism.v2 import gateway as v2
from lab.prism.v4 import gateway as v4

V2_PREFIXES = ("/PrismGateway/", "/api/nutanix/")


class Reception:
    """Turns requests into answers; a None answer closes the connection silently."""

    def __init__(self, prism: Prism) -> None:
        self._prism = prism
        self._bucket = Bucket(prism.knobs)
        self._replies = v4.Replies(prism.knobs)

    def respond(
        self, method: str, path: str, query: dict, headers: dict, raw: bytes
    ) -> Answer | None:
        """The answer to one request, after the work that tasks without duration do."""
        content, readable = _parsed(raw, headers)
        entry = self._prism.journal.note(method, path, query, headers, content)
        fault = self._prism.faults.take(method, path)
        call = Call(self._prism, method, path, query, headers, content, raw, fault=fault)
        if fault and fault.slow:
            time.sleep(fault.slow)
        answer = self._answer(call, readable)
        for task in call.accepted:
            self._prism.tasks.start(task)
        if call.later:
            answer = call.later()
        if fault and fault.drop_answer:
            return None
        return self._finished(call, answer, entry)

    def _answer(self, call: Call, readable: bool) -> Answer:
        if call.fault and call.fault.status:
            return bodies.of_fault(call, call.fault)
        if not self._bucket.allows():
            return bodies.too_many(call)
        if not readable:
            return Answer(400, {"message": "The request body is not valid JSON."})
        api = v2 if call.path.startswith(V2_PREFIXES) else v4
        with self._prism.state.lock:
            return api.answer(call, self._replies)

    def _finished(self, call: Call, answer: Answer, entry: Entry) -> Answer:
        entry.status = answer.status
        entry.user = call.user.name if call.user else ""
        knobs = self._prism.knobs
        env = "pe" if knobs.role == "pe" else "pc"
        answer.headers.setdefault("X-Ntnx-Env", env)
        if env == "pc":
            answer.headers.setdefault("X-Ntnx-Product", knobs.product)
        if knobs.sends_cookie and call.user and answer.status < 300 and _has_no_cookie(call):
            token = self._prism.door.open_session(call.user)
            lifetime = int(knobs.cookie_seconds)
            name = knobs.v2_cookie if call.path.startswith(V2_PREFIXES) else COOKIE
            answer.headers["Set-Cookie"] = (
                f"{name}={token}; Path=/; Max-Age={lifetime}; Secure; HttpOnly; SameSite=Lax"
            )
        return answer


class Bucket:
    """Allows so many requests per second and as many in one burst."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._lock = threading.Lock()
        self._tokens: float | None = None
        self._filled = time.monotonic()

    def allows(self) -> bool:
        """Whether one more request fits; always when there is no limit."""
        rate = self._knobs.requests_per_second
        if rate is None:
            return True
        with self._lock:
            moment = time.monotonic()
            held = rate if self._tokens is None else self._tokens
            held = min(rate, held + (moment - self._filled) * rate)
            self._filled = moment
            self._tokens = held - 1 if held >= 1 else held
            return held >= 1


def _has_no_cookie(call: Call) -> bool:
    return not any(name in call.headers.get("cookie", "") for name in (COOKIE, FORM_COOKIE))


def _parsed(raw: bytes, headers: dict[str, str]) -> tuple[object, bool]:
    """The JSON of the body and whether the body is fit to be handled."""
    if not raw or "json" not in headers.get("content-type", "json"):
        return None, True
    try:
        return json.loads(raw), True
    except ValueError:
        return None, False
