"""How Prism Central's v4 is spoken: version per namespace, envelope, pages, ETags, tasks."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import quote

from lib.http import Answer
from nutanix.prism.answers import Complaint, complaint_of, is_unserved
from nutanix.prism.detection import ELEMENT, is_element
from nutanix.prism.errors import Conflict, NotFound, TooOld, WrongEndpoint
from nutanix.prism.session import PrismSession
from nutanix.prism.types import TaskState

# The newest minor that this code was written for (nutanix.md 1.2).
NEWEST = {"clustermgmt": 3, "networking": 4, "prism": 4, "vmm": 3, "volumes": 3}
PAGE = 100
_STALE_ATTEMPTS = 10
_STATES = {
    "SUCCEEDED": "succeeded", "FAILED": "failed", "CANCELED": "canceled", "QUEUED": "queued",
}
_KINDS = {
    "vmm:ahv:config:vm": "vm", "vmm:ahv:vm": "vm",
    "volumes:config:volume-group": "volume_group", "volumes:config:volume-group:disk": "disk",
    "vmm:content:image": "image",
}


class V4:
    """Calls by namespace and path; the minor is negotiated once per namespace and client."""

    def __init__(self, session: PrismSession) -> None:
        self.session = session
        self.minors: dict[str, int] = {}
        self._proven: set[str] = set()  # namespaces whose minor Prism has told or used

    def minor(self, namespace: str) -> int:
        """The highest minor that both sides speak; the newest known when Prism does not say."""
        if namespace not in self.minors:
            answer = self.session.send("OPTIONS", f"/api/{namespace}/unversioned/info")
            body = answer.json() if answer.ok else None
            said = str(body.get("data", "")) if isinstance(body, dict) else ""
            found = re.fullmatch(r"v4\.(\d+).*", said)
            newest = NEWEST[namespace]
            self.minors[namespace] = min(int(found[1]), newest) if found else newest
            if found:
                self._proven.add(namespace)
        return self.minors[namespace]

    def call(self, method: str, namespace: str, path: str, **request: Any) -> Answer:
        """A successful answer. Steps down a minor while Prism does not serve it."""
        while True:
            minor = self.minor(namespace)
            address = f"/api/{namespace}/v4.{minor}{path}"
            answer = self.session.send(method, address, **request)
            if answer.ok:
                self._proven.add(namespace)
                return answer
            if not is_unserved(answer, proven=namespace in self._proven):
                raise self.session.refusal(answer, f"{method} {address}", namespace=namespace)
            if minor == 0:
                raise self._unserved(namespace)
            self.minors[namespace] = minor - 1

    def get(self, namespace: str, path: str, **params: Any) -> dict[str, Any]:
        """The object at `path`."""
        return _data(self.call("GET", namespace, path, params=params or None)) or {}

    def every(self, namespace: str, path: str, **params: Any) -> list[dict[str, Any]]:
        """All pages of a list."""
        return list(self.each(namespace, path, **params))

    def each(self, namespace: str, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """One after the other, a page at a time; an empty list has no `data` at all."""
        wanted = {f"${name}": value for name, value in params.items() if value}
        for page in count():
            answer = self.call(
                "GET", namespace, path, params=wanted | {"$page": page, "$limit": PAGE}
            )
            items = _data(answer) or []
            yield from items
            if len(items) < PAGE:
                return

    def change(
        self, method: str, namespace: str, path: str, *, request_id: str, body: Any = None,
        etag: str = "", makes: bool = False,
    ) -> str:
        """Ask for a change; the reference of its task. `makes`: see PrismSession.send."""
        answer = self.call(
            method, namespace, path, body=body, request_id=request_id, etag=etag, makes=makes
        )
        return str((_data(answer) or {}).get("extId", ""))

    def change_matching(
        self, method: str, namespace: str, path: str, *, of: str, request_id: str,
        body: Callable[[dict[str, Any]], Any] = lambda found: None,
    ) -> str:
        """A change that needs the ETag of `of`; looks again when it was stale, up to ten times."""
        for attempt in range(1, _STALE_ATTEMPTS + 1):
            answer = self.call("GET", namespace, of)
            found = _data(answer) or {}
            try:
                return self.change(
                    method, namespace, path, request_id=request_id, body=body(found),
                    etag=_etag(answer, found),
                )
            except Conflict:
                if attempt == _STALE_ATTEMPTS:
                    raise
                self.session.pause(min(attempt * 0.2, 2.0))
        raise AssertionError("unreachable")

    def task(self, ref: str) -> TaskState:
        """The task as it is now. Raises NotFound, also shortly after it was made."""
        found = self.get("prism", f"/config/tasks/{quote(ref, safe='')}")
        told = self._told_by(found)
        status = _STATES.get(str(found.get("status", "")), "running")
        return TaskState(
            ref=ref, status=status, progress=int(found.get("progressPercentage") or 0),
            message=told.message, code=told.code, group=told.group,
            entities=_entities(found.get("entitiesAffected")),
        )

    def _told_by(self, task: dict[str, Any]) -> Complaint:
        """Why it failed: its messages, else its legacy message, else those of its sub-tasks."""
        told = complaint_of(task.get("errorMessages"))
        if told or task.get("status") != "FAILED":
            return told or Complaint()
        if task.get("legacyErrorMessage"):
            return Complaint(message=str(task["legacyErrorMessage"]))
        for each in task.get("subTasks") or []:
            try:
                part = self.get("prism", f"/config/tasks/{quote(each['extId'], safe='')}")
            except NotFound:
                continue
            told = complaint_of(part.get("errorMessages"))
            if told:
                return told
        return Complaint(message="Prism gave no reason.")

    def _unserved(self, namespace: str) -> TooOld | WrongEndpoint:
        if is_element(self.session.send("GET", ELEMENT)):
            return WrongEndpoint(
                f"{self.session.url} is a Prism Element, not a Prism Central with v4.",
                advice="Choose “Prism Element (v2)”, or give the address of Prism Central.",
            )
        return TooOld(
            f"{self.session.url} is no Prism Central with v4: it serves no v4 API for {namespace}.",
            advice="Prism Central pc.2024.3 or later is needed; check the address and version.",
        )


def quoted(value: str) -> str:
    """A text in an OData filter."""
    return "'" + value.replace("'", "''") + "'"


def _data(answer: Answer) -> Any:
    body = answer.json()
    return body.get("data") if isinstance(body, dict) else None


def _etag(answer: Answer, found: dict[str, Any]) -> str:
    reserved = found.get("$reserved") or {}
    return (
        answer.headers.get("ETag") or answer.headers.get("X-Ntnx-Etag")
        or str(reserved.get("ETag") or "")
    )


def _entities(listed: Any) -> tuple[tuple[str, str], ...]:
    pairs = [
        (_KINDS.get(str(each.get("rel", "")), str(each.get("rel", ""))), str(each["extId"]))
        for each in listed or [] if each.get("extId")
    ]
    return tuple(dict.fromkeys(pairs))
