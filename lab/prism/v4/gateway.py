"""Stands before the v4 services: version, identity, request id, then the handler."""

import hashlib
import re
import time
from dataclasses import dataclass

from lab.prism import bodies
from lab.prism.call import Answer, Call
from lab.prism.knobs import Knobs
from lab.prism.refusals import Invalid, NotServed, Refused
from lab.prism.v4 import (  # noqa: F401 - each module fills the table
    categories,
    clusters,
    containers,
    images,
    policies,
    power,
    subnets,
    tasks,
    vm_parts,
    vms,
    volume_disks,
    volume_groups,
)
from lab.prism.v4.routes import V4

ADDRESS = re.compile(r"/api/([a-z]+)/v4\.(\d+)(/.+)")
DISCOVERY = re.compile(r"/api/([a-z]+)/unversioned/info")


@dataclass
class Reply:
    """What a request id was answered with."""

    request: tuple[str, str, str]
    answer: Answer
    at: float


class Replies:
    """Remembers the answers to calls that changed something, by request id."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._replies: dict[str, Reply] = {}

    def recall(self, call: Call) -> Answer | None:
        """The first answer, when this id was used before; raises Refused (knob `replay`)."""
        reply = self._replies.get(self._id(call))
        if reply is None or self._knobs.replay == "new":
            return None
        if time.monotonic() - reply.at >= self._knobs.replay_seconds:
            return None
        if self._knobs.replay == "refused" or reply.request != self._request(call):
            text = f"The request id {self._id(call)} was already used."
            raise Refused(400, "PLAT-10008", "DUPLICATE_REQUEST_ID", text)
        return Answer(reply.answer.status, reply.answer.body, dict(reply.answer.headers))

    def remember(self, call: Call, answer: Answer) -> None:
        """Keep the answer, if the call was accepted."""
        if answer.status < 300 and self._id(call):
            self._forget_old()
            kept = Answer(answer.status, answer.body, dict(answer.headers))
            self._replies[self._id(call)] = Reply(self._request(call), kept, time.monotonic())

    def _forget_old(self) -> None:
        oldest = time.monotonic() - self._knobs.replay_seconds
        self._replies = {key: each for key, each in self._replies.items() if each.at >= oldest}

    def _id(self, call: Call) -> str:
        return call.headers.get("ntnx-request-id", "")

    def _request(self, call: Call) -> tuple[str, str, str]:
        return call.method, call.path, hashlib.sha256(call.raw).hexdigest()


def answer(call: Call, replies: Replies) -> Answer:
    """The answer of Prism Central; everything is unknown when this is a Prism Element."""
    try:
        return _answered(call, replies)
    except NotServed:
        return bodies.gateway_not_found()
    except Refused as refusal:
        return bodies.refused(call, refusal)
    except Invalid as problems:
        return bodies.invalid(call, problems)


def _answered(call: Call, replies: Replies) -> Answer:
    if call.knobs.role != "pc":
        raise NotServed
    discovery = DISCOVERY.fullmatch(call.path)
    if discovery and call.method == "OPTIONS":
        if call.knobs.info_needs_login and call.prism.door.who(call.headers) is None:
            return bodies.unauthorized(call)
        return _newest(call, discovery[1])
    namespace, rest = _addressed(call)
    call.user = call.prism.door.who(call.headers)
    if call.user is None:
        return bodies.unauthorized(call)
    if not call.user.may(namespace, changing=call.changes_something):
        return bodies.forbidden(call)
    found = V4.find(call.method, f"/{namespace}{rest}", call.minor)
    if found is None:
        raise NotServed
    handler, arguments = found
    if not call.changes_something:
        return handler(call, *arguments)
    return _changed(call, replies, handler, arguments)


def _newest(call: Call, namespace: str) -> Answer:
    minor = call.knobs.max_minor.get(namespace)
    if minor is None or call.knobs.info == "missing":
        raise NotServed
    return Answer(200, {"data": f"v4.{minor}"})


def _addressed(call: Call) -> tuple[str, str]:
    found = ADDRESS.fullmatch(call.path)
    if not found:
        raise NotServed
    namespace, minor, rest = found[1], int(found[2]), found[3]
    if minor > call.knobs.max_minor.get(namespace, -1):
        raise NotServed
    call.minor = minor
    return namespace, rest


def _changed(call: Call, replies: Replies, handler: object, arguments: tuple) -> Answer:
    if not call.headers.get("ntnx-request-id"):
        if call.knobs.request_id == "required":
            text = "The header NTNX-Request-Id is missing."
            raise Refused(400, "PLAT-10006", "MISSING_REQUEST_ID", text)
    else:
        known = replies.recall(call)
        if known is not None:
            return known
    result = handler(call, *arguments)
    replies.remember(call, result)
    return result
