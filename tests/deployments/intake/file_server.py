"""A file server on HTTPS with ranges, and the breaks and oddities that real ones have."""

import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.utils import timezone

from certificates.keys import key_to_pem, new_key
from certificates.signing import Signer, sign_authority, sign_leaf, to_pem


@dataclass
class FileServer:
    """`breaks`: after how many bytes each next answer ends too early; `statuses` come first."""

    folder: Path
    content: bytes = b""
    tag: str = '"first"'
    knows_ranges: bool = True
    tells_length: bool = True
    breaks: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def start(self) -> None:
        handler = type("Handler", (_Handler,), {"files": self})
        self._server = _Quiet(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate())
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, name: str, host: str = "localhost") -> str:
        return f"https://{host}:{self._server.server_port}/{name}"

    @property
    def ranges(self) -> list[str]:
        return [asked for _path, asked in self.asked]

    def _certificate(self) -> Path:
        now = timezone.now()
        ca_key, key = new_key(), new_key()
        ca = sign_authority("Test authority", ca_key, now=now, days=2)
        leaf = sign_leaf(
            "localhost", key, signer=Signer(certificate=ca, key=ca_key), names=["localhost"],
            addresses=["127.0.0.1"], usage="server", now=now, days=1,
        )
        self.ca_pem = to_pem(ca)
        path = self.folder / "server.pem"
        path.write_text(to_pem(leaf) + key_to_pem(key))
        return path


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        pass  # broken connections are what the tests are about


class _Handler(BaseHTTPRequestHandler):
    files: FileServer

    def do_GET(self) -> None:  # noqa: N802
        files = self.files
        files.asked.append((self.path, self.headers.get("Range", "")))
        if files.statuses:
            return self._say(files.statuses.pop(0))
        if self.path in files.redirects:
            return self._say(302, Location=files.redirects[self.path])
        first = self._first()
        if first >= len(files.content):
            return self._say(416, **{"Content-Range": f"bytes */{len(files.content)}"})
        return self._send(first)

    def _first(self) -> int:
        """Where to begin; the whole file when it is another version than the one asked for."""
        wanted, mark = self.headers.get("Range"), self.headers.get("If-Range")
        if not wanted or not self.files.knows_ranges or mark not in (None, self.files.tag):
            return 0
        return int(wanted.removeprefix("bytes=").rstrip("-"))

    def _send(self, first: int) -> None:
        files, body = self.files, self.files.content[first:]
        self.send_response(206 if first else 200)
        if first:
            whole = len(files.content)
            self.send_header("Content-Range", f"bytes {first}-{whole - 1}/{whole}")
        if files.tag:
            self.send_header("ETag", files.tag)
        if files.tells_length:
            self.send_header("Content-Length", str(len(body)))
        # The classic fault of a web server with .tgz files; the bytes are those of the file.
        self.send_header("Content-Encoding", "x-gzip")
        self.end_headers()
        self.wfile.write(body[: files.breaks.pop(0)] if files.breaks else body)
        self.close_connection = True

    def _say(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass
