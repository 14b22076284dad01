"""A registry that serves one thing: the volume driver's plugin, for `docker plugin install`.

Read-only, without a login, over TLS by an authority of its own. Speaks just what an engine asks of
a registry when it pulls a plugin (a manifest, its configuration, one layer).
"""

import gzip
import hashlib
import io
import json
import ssl
import tarfile
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lab.prism.trust import Authority
from lab.volume_driver import plugin

REPOSITORY = "ntnx/nutanix_volume_plugin"
TAG = "lab"
PORT = 5443
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIGURATION = "application/vnd.docker.plugin.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


class PluginRegistry:
    """Serves the plugin at `address` from `start` to `stop`.

    `ca_pem` is what an engine has to trust; `prism_ca_pem` is what the plugin itself trusts: the
    real one checks no certificate, so it is a default of the plugin and not a setting.
    """

    def __init__(self, address: str, *, prism_ca_pem: str, port: int = PORT) -> None:
        authority = Authority()
        self.ca_pem = authority.pem
        self._things = _things_to_serve(prism_ca_pem)
        self._server = ThreadingHTTPServer((address, port), _Handler)
        self._server.daemon_threads = True
        self._server.things = self._things  # type: ignore[attr-defined]
        self.reference = f"{address}:{self._server.server_port}/{REPOSITORY}:{TAG}"
        identity = authority.identity_for(["plugins.lab.test"], [address])
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        with tempfile.NamedTemporaryFile("w") as file:  # readable for us alone
            file.write(identity.certificate_pem + identity.key_pem)
            file.flush()
            context.load_cert_chain(file.name)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )

    def start(self) -> None:
        """Answer from a thread of its own."""
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=[0.05], name="lab-plugins", daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802
        self._answer(with_body=True)

    def do_HEAD(self) -> None:  # noqa: N802
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        kind, content = self.server.things.get(self.path.partition("?")[0], ("", b"not here"))
        self.send_response(200 if kind else 404)
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(content)))
        if kind:
            self.send_header("Docker-Content-Digest", _digest(content))
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Nothing: the engine's own log says what it did."""


def _things_to_serve(prism_ca_pem: str) -> dict[str, tuple[str, bytes]]:
    """path → (media type, content)."""
    settings = dict.fromkeys(
        ("PRISM_IP", "DATASERVICES_IP", "PRISM_USERNAME", "PRISM_PASSWORD", "DEFAULT_CONTAINER"), ""
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "plugin"
        plugin.write(folder, settings | {"PRISM_CA": prism_ca_pem})
        files = _tar_of(folder / "rootfs")
        configuration = json.loads((folder / "config.json").read_text())
    configuration["rootfs"] = {"type": "layers", "diff_ids": [_digest(files)]}
    layer = gzip.compress(files, mtime=0)
    config = json.dumps(configuration).encode()
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": _described(CONFIGURATION, config),
        "layers": [_described(LAYER, layer)],
    }).encode()
    top = f"/v2/{REPOSITORY}"
    return {
        "/v2/": ("application/json", b"{}"),
        f"{top}/manifests/{TAG}": (MANIFEST, manifest),
        f"{top}/manifests/{_digest(manifest)}": (MANIFEST, manifest),
        f"{top}/blobs/{_digest(config)}": ("application/octet-stream", config),
        f"{top}/blobs/{_digest(layer)}": ("application/octet-stream", layer),
    }


def _described(kind: str, content: bytes) -> dict[str, object]:
    return {"mediaType": kind, "size": len(content), "digest": _digest(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _tar_of(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path in sorted(folder.rglob("*")):
            entry = tar.gettarinfo(path, str(path.relative_to(folder)))
            entry.uid = entry.gid = 0
            if entry.isfile():
                with path.open("rb") as content:
                    tar.addfile(entry, content)
            else:
                tar.addfile(entry)
    return buffer.getvalue()
