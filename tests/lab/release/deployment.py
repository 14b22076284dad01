"""Deploys the stand-in release on a private engine, as an operator would with the archive."""

import datetime
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

import requests
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from requests.adapters import HTTPAdapter

from lab.release import VERSION
from lab.release.build import archive
from tests.lab.release.private_engine import NAME, PrivateEngine

ADMIN = ("admin", "Harbor12345")
VOLUMES = {"registry": (10000, 0o755), "database": (999, 0o700), "joblogs": (10000, 0o755),
           "redis": (999, 0o755)}


@dataclass
class Deployment:
    """One installed stand-in: its folders, its engine, its authority."""

    engine: PrivateEngine
    folder: Path
    authority: Path

    @property
    def install(self) -> Path:
        return self.folder / "install"

    def unpack(self) -> None:
        with tarfile.open(archive()) as tar:
            # Debian 12's own Python knows no filters yet; later ones want to hear which.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(self.folder)  # noqa: S202 - made by the lab itself
        self.engine.docker("load", "-i", str(self.folder / f"harbor/harbor.{VERSION}.tar.gz"))

    def prepare(self, **changes: object) -> str:
        """Write harbor.yml and run prepare in a container with narrow mounts; its output."""
        settings = yaml.safe_load((self.folder / "harbor/harbor.yml.tmpl").read_text())
        settings |= {"hostname": NAME, "data_volume": str(self.folder / "data"), "https": {
            "port": 443, "certificate": f"{self.install}/certs/server.crt",
            "private_key": f"{self.install}/certs/server.key"}}
        settings["log"]["local"]["location"] = str(self.folder / "logs")
        (self.install / "input").mkdir(parents=True, exist_ok=True)
        (self.install / "input/harbor.yml").write_text(yaml.safe_dump(settings | changes))
        return self.engine.docker(
            "run", "--rm", "-v", f"{self.install}/input:/input", "-v",
            f"{self.folder}/data:/data", "-v", f"{self.install}:/compose_location", "-v",
            f"{self.install}/common/config:/config", "-v",
            f"{self.install}/certs:/hostfs{self.install}/certs:ro",
            f"goharbor/prepare:{VERSION}", "prepare")

    def make_volumes(self) -> None:
        """External volumes with the right owner, and the override that uses them."""
        for name, (owner, mode) in VOLUMES.items():
            self.engine.docker("volume", "create", f"shop-{name}")
            self.engine.docker(
                "run", "--rm", "--entrypoint", "sh", "-v", f"shop-{name}:/v",
                f"goharbor/prepare:{VERSION}", "-c",
                f"chown {owner}:{owner} /v && chmod {mode:o} /v")
        (self.install / "override.yml").write_text(OVERRIDE)

    def start(self) -> None:
        """The log service first: the engine of the others dials it while it starts them."""
        self.compose("up", "-d", "log")
        deadline = time.monotonic() + 300
        while "healthy" not in self.engine.docker(
                "inspect", "-f", "{{.State.Health.Status}}", "harbor-log").split():
            assert time.monotonic() < deadline, "the log service does not become healthy"
            time.sleep(0.1)
        self.compose("up", "-d")
        self.await_health()

    def compose(self, *words: str) -> str:
        files = ["-f", f"{self.install}/docker-compose.yml", "-f", f"{self.install}/override.yml"]
        return self.engine.compose(*files, *words, folder=self.install)

    def session(self, *, auth: tuple[str, str] | None = ADMIN) -> "Session":
        return Session(self, auth)

    def await_health(self, seconds: float = 300) -> dict:
        """The health document once every component is healthy."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                found = self.session(auth=None).get("/api/v2.0/health").json()
            except (requests.RequestException, ValueError) as problem:
                found = {"status": str(problem)}
            if found["status"] == "healthy":
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.2)


class Session(requests.Session):
    """Calls the stand-in by its name at the engine's address; keeps no cookies unless asked."""

    def __init__(self, deployment: Deployment, auth: tuple[str, str] | None) -> None:
        super().__init__()
        self.trust_env, self.verify = False, str(deployment.authority)
        self.base, self.auth, self.keeps_cookies = deployment.engine.address, auth, False
        self.mount("https://", _NamedAdapter())

    def request(self, method: str, url: str, **options: object) -> requests.Response:  # type: ignore[override]
        if not self.keeps_cookies:
            self.cookies.clear()
        if url.startswith("/"):
            url = f"https://{self.base}{url}"
        headers = {"Host": NAME, **(options.pop("headers", None) or {})}
        options["allow_redirects"] = False
        return super().request(method, url, headers=headers, timeout=30, **options)


class _NamedAdapter(HTTPAdapter):
    """Checks the certificate against the name while connecting to the address."""

    def init_poolmanager(self, *words: object, **options: object) -> None:
        super().init_poolmanager(*words, server_hostname=NAME, assert_hostname=NAME, **options)


def write_certificates(folder: Path) -> Path:
    """A test authority and a certificate of the registry's name; the authority's path."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = _name("Test authority")
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), ca_key, ca=True)
    leaf = _certificate(_name(NAME), ca_name, key.public_key(), ca_key, ca=False)
    (folder / "ca.crt").write_bytes(ca)
    (folder / "server.crt").write_bytes(leaf)
    (folder / "server.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    return folder / "ca.crt"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject: x509.Name, issuer: x509.Name, public, signer, *, ca: bool) -> bytes:  # noqa: ANN001
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        .serial_number(x509.random_serial_number()).not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True))
    if not ca:
        # By the service's name the stand-in reaches itself, as if it were another registry.
        names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.DNSName("proxy")])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


# nocopy: on an empty volume the engine would else put the owner of the image's folder, root.
OVERRIDE = """\
x-registry: &registry {type: volume, source: harbor-registry, target: /storage,
                       volume: {nocopy: true}}
services:
  registry: {volumes: [*registry]}
  registryctl: {volumes: [*registry]}
  postgresql: {volumes: ["harbor-database:/var/lib/postgresql/data"]}
  jobservice:
    volumes:
      - {type: volume, source: harbor-joblogs, target: /var/log/jobs, volume: {nocopy: true}}
  redis: {volumes: ["harbor-redis:/var/lib/redis"]}
  core:
    volumes: ["harbor-registry:/data:ro"]
    environment: {GC_TIME_WINDOW_HOURS: "0"}
volumes:
  harbor-registry: {external: true, name: shop-registry}
  harbor-database: {external: true, name: shop-database}
  harbor-joblogs: {external: true, name: shop-joblogs}
  harbor-redis: {external: true, name: shop-redis}
"""
