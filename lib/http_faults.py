"""Why no complete answer came: one sentence per kind, from what the library raises."""

import socket
from typing import Any

import requests

from lib.errors import Unreachable

# How OpenSSL, of different ages, calls an answer that is plain text.
_PLAIN = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST")


def speaks_no_tls(error: requests.RequestException) -> bool:
    """Whether the other side answered in plain text where TLS was spoken."""
    return any(word in str(error) for word in _PLAIN)


def unreachable_after(error: requests.RequestException, name: str) -> Unreachable:
    """What the library raised, told about the server `name`."""
    return unreachable(_kind_of(error), name, str(error))


def unreachable(kind: str, name: str, detail: str) -> Unreachable:
    """The sentence for one kind of silence."""
    message, advice = {
        "dns": (f"The name {name} does not resolve on the console.", "Check the name and its DNS."),
        "refused": (f"{name} refuses the connection.", "Check address, port and firewalls."),
        "timeout": (f"{name} did not answer in time.", "Check the address and the network path."),
        "tls": (
            f"The certificate of {name} is not trusted.",
            "Check the certificate's name and dates, and give the CA that signed it.",
        ),
        "plain": (
            f"{name} does not speak TLS on this port.",
            "Check address and port: HTTPS is needed there.",
        ),
        "dropped": (
            f"{name} closed the connection before its answer was complete.",
            "Look at the other side; then try again.",
        ),
    }[kind]
    kind = "tls" if kind == "plain" else kind  # one to whoever only asks whether to try again
    return Unreachable(message, kind=kind, advice=advice, detail=detail[:500])


def _kind_of(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "plain" if speaks_no_tls(error) else "tls"
    if isinstance(error, requests.exceptions.Timeout):
        return "timeout"
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "dns"
    if any(type(cause).__name__ == "NameResolutionError" for cause in causes):
        return "dns"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "refused"
    if any(type(cause).__name__ == "NewConnectionError" for cause in causes):
        return "refused"
    return "dropped"


def _causes(error: BaseException) -> Any:
    seen: set[int] = set()
    pending: list[Any] = [error]
    while pending:
        item = pending.pop()
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        pending += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
