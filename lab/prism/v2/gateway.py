"""Stands before Prism Element's APIs: address, login, then the handler (nutanix.md 2.0.2)."""

import re
from urllib.parse import parse_qs

from lab.prism import bodies
from lab.prism.call import Answer, Call
from lab.prism.identity import FORM_COOKIE
from lab.prism.refusals import Invalid, NotServed, Refused
from lab.prism.v2 import (  # noqa: F401 - each module fills the table
    cluster,
    images,
    networks,
    plugin,
    tasks,
    vms,
    volume_groups,
)
from lab.prism.v2.routes import V2

ADDRESSES = (
    re.compile(r"/PrismGateway/services/rest/(v1|v2\.0)(/.+)"),
    re.compile(r"/api/nutanix/(v0\.8|v1|v2\.0)(/.+)"),
)
LOGIN = "/PrismGateway/j_spring_security_check"


def answer(call: Call, replies: object) -> Answer:
    """The answer of Prism Element, or of a Prism Central that passes the call on to it."""
    try:
        return _answered(call)
    except NotServed:
        return bodies.gateway_not_found()
    except (Refused, Invalid) as problem:
        shape = bodies.refused if isinstance(problem, Refused) else bodies.invalid
        return shape(call, problem)


def _answered(call: Call) -> Answer:
    if not call.knobs.serves_legacy:
        raise NotServed
    if call.path == LOGIN and call.method == "POST":
        return _log_in(call)
    address = _addressed(call)
    _check_element(call, address)
    if "authorization" in call.headers or "x-ntnx-api-key" not in call.headers:
        call.user = call.prism.door.who(call.headers)
    if call.user is None:
        return bodies.unauthorized(call)
    if not call.user.may("v2", changing=call.changes_something):
        return bodies.forbidden(call)
    found = V2.find(call.method, address)
    if found is None:
        raise NotServed
    handler, arguments = found
    return handler(call, *arguments)


def _addressed(call: Call) -> str:
    for pattern in ADDRESSES:
        found = pattern.fullmatch(call.path)
        if found:
            return f"/{found[1]}{found[2]}".rstrip("/")
    raise NotServed


def _check_element(call: Call, address: str) -> None:
    """Prism Central knows its own cluster only, and passes on what names another one."""
    if call.knobs.role == "pe" or address == "/v2.0/cluster":
        return
    named = call.query.get("proxyClusterUuid")
    if named not in call.state.clusters and named != "all_clusters":
        raise NotServed


def _log_in(call: Call) -> Answer:
    form = parse_qs(call.raw.decode(errors="replace"))
    name, password = (form.get(field, [""])[0] for field in ("j_username", "j_password"))
    user = call.prism.door.log_in(name, password)
    if user is None:
        return bodies.unauthorized(call)
    token = call.prism.door.open_session(user)
    cookie = f"{FORM_COOKIE}={token}; Path=/; Secure; HttpOnly"
    return Answer(200, None, {"Set-Cookie": cookie})
