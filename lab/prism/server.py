"""The HTTPS server: one thread per connection, gone at once when asked to stop."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from lab.prism.call import Answer

Responder = Callable[[str, str, dict, dict, bytes], Answer | None]
HANDSHAKE_SECONDS = 10


class Server(ThreadingHTTPServer):
    """Passes each request to `respond`; None means: close without an answer."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self, bind: tuple[str, int], respond: Responder, context_for_next: Callable
    ) -> None:
        self.respond = respond
        self._context_for_next = context_for_next
        self._open: set[ssl.SSLSocket] = set()
        self._open_lock = threading.Lock()
        super().__init__(bind, RequestHandler)
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.01,), name="prism-simulator", daemon=True
        )

    def start(self) -> None:
        """Serve, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no longer and cut every connection."""
        self.shutdown()
        self.server_close()
        self.close_connections()
        self._thread.join(timeout=5)

    def finish_request(self, request: socket.socket, client_address: tuple) -> None:
        """Shake hands in the connection's own thread, so that a silent client blocks nobody."""
        request.settimeout(HANDSHAKE_SECONDS)
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            secured = self._context_for_next().wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError):
            return
        secured.settimeout(None)
        with self._open_lock:
            self._open.add(secured)
        try:
            self.RequestHandlerClass(secured, client_address, self)
        except OSError:
            pass  # the client went away, or stop() closed the connection
        finally:
            with self._open_lock:
                self._open.discard(secured)
            secured.close()

    def close_connections(self) -> None:
        """Cut every open connection."""
        with self._open_lock:
            for each in self._open:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it was gone already

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a broken connection is the client's affair."""


class RequestHandler(BaseHTTPRequestHandler):
    """Reads a request, writes the answer."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "envoy", ""
    server: Server

    def handle_any(self) -> None:
        """Let the simulator answer."""
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.respond(self.command, unquote(parts.path), query, headers, raw)
        if answer is None:
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = handle_any  # noqa: N815

    def version_string(self) -> str:
        return self.server_version

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the journal keeps what matters."""

    def _send(self, answer: Answer) -> None:
        payload, kind = _encoded(answer.body)
        self.send_response(answer.status)
        headers = {"Content-Type": kind} if kind else {}
        for name, value in (headers | answer.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)


def _encoded(body: dict | list | str | None) -> tuple[bytes, str]:
    if body is None:
        return b"", ""
    if isinstance(body, str):
        return body.encode(), "text/html" if body.startswith("<") else "text/plain"
    return json.dumps(body).encode(), "application/json"
