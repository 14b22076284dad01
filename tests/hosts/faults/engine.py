"""As much of an engine as is needed to be met: TLS under a certificate, and a version."""

import json
import ssl
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self


class Engines:
    """One after the other; all end with the test."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._folder = Path(self._open.enter_context(TemporaryDirectory()))

    def serve(self, certificate) -> int:
        """The port at which an engine shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pem = self._folder / f"{certificate.pk}.pem"
        pem.write_text(certificate.key_pem + certificate.full_chain_pem)
        context.load_cert_chain(pem)
        server = self._open.enter_context(_Server(("127.0.0.1", 0), _Version))
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self._open.callback(server.shutdown)
        return server.server_port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address) -> None:
        """A refused handshake is what the test is about."""


class _Version(BaseHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        content = json.dumps({"ApiVersion": "1.43", "Version": "24.0"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
