"""Calls another service over HTTP."""

import base64
import http.client
import json
import ssl
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Called:
    """What the other service answered, body read."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body or b"{}")


def open_call(method: str, url: str, *, headers: dict[str, str] | None = None,
              body: bytes | Iterable[bytes] | None = None, timeout: float = 30,
              context: ssl.SSLContext | None = None,
              ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Send a request and return the connection and the unread response; OSError when down."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, timeout, context)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    chunked = body is not None and not isinstance(body, bytes)
    sent = dict(headers or {})
    if chunked and "Content-Length" not in sent:
        sent["Transfer-Encoding"] = "chunked"
    try:
        connection.request(method, path, body, sent,
                           encode_chunked=chunked and "Transfer-Encoding" in sent)
        return connection, connection.getresponse()
    except BaseException:
        connection.close()
        raise


def call(method: str, url: str, *, headers: dict[str, str] | None = None,
         value: object = None, body: bytes | None = None, timeout: float = 30,
         context: ssl.SSLContext | None = None) -> Called:
    """Send a request, a JSON value when given, and read the whole answer."""
    sent = dict(headers or {})
    if value is not None:
        body = json.dumps(value).encode()
        sent["Content-Type"] = "application/json"
    connection, response = open_call(method, url, headers=sent, body=body, timeout=timeout,
                                     context=context)
    with closing(connection), response:
        found = {k.lower(): v for k, v in response.getheaders()}
        return Called(response.status, found, response.read())


def basic(username: str, password: str) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def trust(authority_pem: str) -> ssl.SSLContext:
    """Who is believed: the system's authorities and the given one."""
    context = ssl.create_default_context()
    if authority_pem:
        context.load_verify_locations(cadata=authority_pem)
    return context


def _connection(scheme: str, host: str, port: int | None, timeout: float,
                context: ssl.SSLContext | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=timeout,
                                           context=context or trust(""))
    return http.client.HTTPConnection(host, port, timeout=timeout)
