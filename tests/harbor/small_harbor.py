"""A small HTTPS server with Harbor's odd manners (`harbor.md 5.1, 5.15`), written after the page.

It keeps projects, a configuration and a registry in memory; requests are kept for the tests.
"""

import base64
import hashlib
import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from certificates.keys import key_to_pem, new_key
from certificates.signing import Signer, sign_authority, sign_leaf, to_pem

NAME = "registry.example.com"


@dataclass
class SmallHarbor:
    """State and knobs. `address` is 127.0.0.1; the certificate is for registry.example.com."""

    folder: Path
    password: str = "Abcdefgh1234"
    components: list[dict] = field(default_factory=list)
    projects: dict[str, dict] = field(default_factory=dict)
    configuration: dict = field(default_factory=dict)
    schedules: set[str] = field(default_factory=set)
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    broken: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    requests: list["Request"] = field(default_factory=list)
    granted: tuple[str, ...] = ("pull", "push")

    def start(self) -> None:
        """Serve on a free port until stopped."""
        handler = type("Handler", (self.handler_class(),), {"harbor": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate())
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def handler_class(self) -> type["Handler"]:
        """Who answers; a larger Harbor has its own."""
        return Handler

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        """name:port as users would type it."""
        return f"{NAME}:{self._server.server_port}"

    @property
    def ca_file(self) -> str:
        return str(self.folder / "ca.pem")

    def certificate(self) -> Path:
        now = timezone.now()
        ca_key, key = new_key(), new_key()
        ca = sign_authority("Test authority", ca_key, now=now, days=2)
        leaf = sign_leaf(
            NAME, key, signer=Signer(certificate=ca, key=ca_key), names=[NAME], addresses=[],
            usage="server", now=now, days=1,
        )
        (self.folder / "ca.pem").write_text(to_pem(ca))
        path = self.folder / "server.pem"
        path.write_text(to_pem(leaf) + key_to_pem(key))
        return path


class Request(NamedTuple):
    """What a client asked."""

    command: str
    path: str
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    harbor: SmallHarbor
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Silent."""

    def do_any(self) -> None:
        self.harbor.requests.append(Request(self.command, self.path, dict(self.headers)))
        self.parts = urlsplit(self.path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.parts.path
        if path in self.harbor.broken:
            status, content = self.harbor.broken[path]
            return self.answer(status, content)
        if "sid=" in self.headers.get("Cookie", "") and self.command != "GET":
            return self.refuse(403, "CSRF token not found in request")
        if path.startswith("/v2/"):
            return self.registry(path)
        name = path.removeprefix("/api/v2.0").strip("/").split("/")[0].replace("-", "_")
        return getattr(self, f"on_{name}", self.on_unknown)()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_any  # noqa: N815

    # --- API ----------------------------------------------------------------------------------

    def on_unknown(self) -> None:
        self.refuse(404, "not found")

    def on_health(self) -> None:
        self.answer(200, {"status": "whatever", "components": self.harbor.components})

    def on_users(self) -> None:
        if not self.is_admin():
            return self.refuse(401, "unauthorized")
        return self.answer(200, {"username": "admin", "sysadmin_flag": True})

    def on_projects(self) -> None:
        if not self.parts.path.endswith("/projects"):
            return self.on_unknown()
        if self.command == "POST":
            project = json.loads(self.body)
            if project["project_name"] in self.harbor.projects:
                return self.refuse(409, "exists")
            self.harbor.projects[project["project_name"]] = project
            return self.answer(201, b"")
        found = [{"name": name, "project_id": 1} for name in self.harbor.projects]
        return self.answer(200, found, {"X-Total-Count": str(len(found))})

    def on_configurations(self) -> None:
        if self.command == "PUT":
            self.harbor.configuration |= json.loads(self.body)
            return self.answer(200, b"")
        known = self.harbor.configuration.items()
        return self.answer(200, {key: {"value": value, "editable": True} for key, value in known})

    def on_system(self) -> None:
        path = self.parts.path
        if path.endswith("/schedule"):
            if json.loads(self.body)["schedule"]["type"] == "Manual":
                return self.answer(201, b"", {"Location": "/api/v2.0/system/gc/17"})
            if self.command == "POST" and path in self.harbor.schedules:
                return self.refuse(409, "exists")
            self.harbor.schedules.add(path)
            return self.answer(201 if self.command == "POST" else 200, b"")
        return self.answer(200, {"id": 17, "job_status": "Success"})

    def on_service(self) -> None:
        access = []
        if self.is_admin():
            scope = parse_qs(self.parts.query)["scope"][0].split(":")
            access = [{"type": "repository", "name": scope[1], "actions": self.harbor.granted}]
        claims = base64.urlsafe_b64encode(json.dumps({"access": access}).encode()).rstrip(b"=")
        self.answer(200, {"token": f"e30.{claims.decode()}.x", "expires_in": 1800})

    # --- registry -----------------------------------------------------------------------------

    def registry(self, path: str) -> None:
        if not self.headers.get("Authorization", "").startswith("Bearer "):
            realm = f"https://{self.headers['Host']}/service/token"
            challenge = f'Bearer realm="{realm}",service="harbor-registry"'
            return self.answer(401, b"", {"Www-Authenticate": challenge})
        if path.endswith("/blobs/uploads/"):
            where = f"https://{self.headers['Host']}{path}some-upload?_state=abc"
            return self.answer(202, b"", {"Location": where})
        if "/blobs/uploads/" in path:
            digest = parse_qs(self.parts.query)["digest"][0]
            if "sha256:" + hashlib.sha256(self.body).hexdigest() != digest:
                return self.refuse(400, "provided digest did not match uploaded content")
            self.harbor.blobs[digest] = self.body
            return self.answer(201, b"")
        return self.content(path)

    def content(self, path: str) -> None:
        if self.command == "PUT":
            self.harbor.manifests[path] = self.body
            digest = "sha256:" + hashlib.sha256(self.body).hexdigest()
            return self.answer(201, b"", {"Docker-Content-Digest": digest})
        found = self.harbor.manifests.get(path) or self.harbor.blobs.get(path.split("/")[-1])
        return self.answer(200, found) if found else self.refuse(404, "unknown")

    # --- the wire -----------------------------------------------------------------------------

    def is_admin(self) -> bool:
        given = base64.b64encode(f"admin:{self.harbor.password}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {given}"

    def refuse(self, status: int, message: str) -> None:
        self.answer(status, {"errors": [{"code": "SOME_CODE", "message": message}]})

    def answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Set-Cookie": "sid=abc; Path=/", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
