"""A small HTTP/1.1 server: JSON in and out, bodies as streams, refusals as answers."""

import json
import logging
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from lab.release.standin.wire.body import Body

log = logging.getLogger("standin")


@dataclass
class Answer:
    """What is sent back: bytes, or a stream of blocks with its length in the headers."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def json(cls, value: object, status: int = 200, **headers: str) -> "Answer":
        named = [("Content-Type", "application/json"),
                 *((k.replace("_", "-"), v) for k, v in headers.items())]
        return cls(status, json.dumps(value, default=_plain, separators=(",", ":")).encode(), named)

    @classmethod
    def text(cls, value: str, status: int = 200) -> "Answer":
        return cls(status, value.encode(), [("Content-Type", "text/plain; charset=utf-8")])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return int(value) if isinstance(value, Decimal) else str(value)


class Refused(Exception):
    """An answer that ends the handling of a request: a status, a code, a sentence."""

    def __init__(self, status: int, code: str, message: str,
                 headers: list[tuple[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = headers or []

    def answer(self) -> Answer:
        errors = {"errors": [{"code": self.code, "message": self.message}]}
        answer = Answer.json(errors, self.status)
        answer.headers += self.headers
        return answer


@dataclass
class Request:
    """One request; `context` carries what the layers before the handler found out."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Body
    context: dict[str, object] = field(default_factory=dict)

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    def json(self) -> dict:
        """The body as an object; 400 when it is none."""
        try:
            value = json.loads(self.body.read() or b"{}")
        except ValueError as cause:
            raise Refused(400, "BAD_REQUEST", f"parsing body failed: {cause}") from cause
        if not isinstance(value, dict):
            raise Refused(400, "BAD_REQUEST", "parsing body failed: an object is expected")
        return value

    def cookie(self, name: str) -> str:
        pairs = (part.strip().partition("=") for part in self.header("cookie").split(";"))
        return next((value for key, _, value in pairs if key == name), "")


def serve(handle: Callable[[Request], Answer], port: int, address: str = "0.0.0.0") -> None:
    """Answer requests for ever, each connection in a thread of its own."""
    # The first process of a container has no default answer to the engine's polite stop.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server_for(handle, port, address).serve_forever()


def server_for(handle: Callable[[Request], Answer], port: int, address: str) -> ThreadingHTTPServer:
    connection = type("Connection", (_Connection,), {"answer_to": staticmethod(handle)})
    return _Server((address, port), connection)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "standin"
    sys_version = ""
    disable_nagle_algorithm = True
    answer_to: Callable[[Request], Answer]

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {k.lower(): v for k, v in self.headers.items()}
        body = Body(self.rfile, headers)
        request = Request(self.command, parts.path, query, headers, body)
        request.context["raw_query"] = parts.query
        answer = self._answer(request)
        if not body.done:
            self.close_connection = True
        self._send(answer)

    def _answer(self, request: Request) -> Answer:
        try:
            return self.answer_to(request)
        except Refused as refused:
            return refused.answer()
        except Exception:  # noqa: BLE001 - the last door: the client gets 500, the log gets all
            log.exception("%s %s failed", request.method, request.path)
            return Refused(500, "UNKNOWN", "internal server error").answer()

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        names = {name.lower() for name, _ in answer.headers}
        for name, value in answer.headers:
            self.send_header(name, value)
        if "content-length" not in names and answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body)))  # type: ignore[arg-type]
        if self.close_connection:
            self.send_header("Connection", "close")
        for block in self._blocks(answer):
            self.wfile.write(block)
            self.wfile.flush()

    def _blocks(self, answer: Answer) -> Iterator[bytes]:
        head = b"".join([*self._headers_buffer, b"\r\n"])
        self._headers_buffer = []
        whole = isinstance(answer.body, bytes)
        yield head + (answer.body if whole and self.command != "HEAD" else b"")  # type: ignore[operator]
        if not whole and self.command != "HEAD":
            yield from answer.body  # type: ignore[misc]

    # The names that http.server looks for.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        log.info("%s %s", self.client_address[0], format % args)
