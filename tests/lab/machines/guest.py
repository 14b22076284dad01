"""First-boot documents and looks into machines, for the lab's own tests."""

import datetime
import ipaddress
import itertools
import ssl
import textwrap
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab.control import Lab
from lab.errors import LabError
from lab.up import RunningLab

PATIENCE_SECONDS = 120
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Credentials:
    """A throw-away authority with what one engine and one client need."""

    ca: str
    server: str
    server_key: str
    client: str
    client_key: str


@dataclass(frozen=True)
class Guest:
    """A machine of the lab under test."""

    lab: RunningLab
    uuid: str
    name: str
    address: str

    def run(self, *command: str) -> str:
        """The output of a program inside, which must end well."""
        done = Lab.connect().inside(self.name, *command)
        assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"
        return done.stdout.strip()

    def tries(self, *command: str) -> bool:
        """Whether a program inside ends well; not when the machine is not up yet."""
        try:
            return Lab.connect().inside(self.name, *command).returncode == 0
        except LabError:
            return False

    def await_first_boot(self) -> None:
        """cloud-init has carried out its whole document."""
        eventually(lambda: self.tries("test", "-e", "/run/systemd/system"), "the machine boots")
        self.tries("cloud-init", "status", "--wait")

    def await_engine(self) -> None:
        """The engine answers at its local socket."""
        eventually(lambda: self.tries("docker", "info"), "the engine answers")


def eventually(probe: Callable[[], object], what: str) -> object:
    """The probe's first true value; fails with `what` when it stays false for too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        value = probe()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"It did not come true that {what}.")


def new_guest(lab: RunningLab, user_data: bytes, meta_data: bytes = b"") -> Guest:
    """A machine that is defined and off."""
    number = next(_numbers)
    address = str(ipaddress.ip_address(lab.subnet.pool[0]) + number)
    guest = Guest(lab, str(uuid.uuid4()), f"guest-{number}", address)
    lab.hypervisor.define(
        uuid=guest.uuid,
        name=guest.name,
        mac=f"50:6b:8d:00:00:{number:02x}",
        address=address,
        user_data=user_data,
        meta_data=meta_data,
    )
    return guest


LOCAL_ENGINE = b"#cloud-config\nruncmd:\n  - systemctl enable --now docker.service\n"


def engine_over_tls(credentials: Credentials) -> bytes:
    """cloud-init for an engine on 2376 that only talks to holders of a certificate."""
    drop_in = (
        "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -H unix:///run/docker.sock "
        "-H tcp://0.0.0.0:2376 --tlsverify --tlscacert=/etc/docker/ca.pem "
        "--tlscert=/etc/docker/cert.pem --tlskey=/etc/docker/key.pem\n"
    )
    files = {
        "/etc/docker/ca.pem": credentials.ca,
        "/etc/docker/cert.pem": credentials.server,
        "/etc/docker/key.pem": credentials.server_key,
        "/etc/systemd/system/docker.service.d/tls.conf": drop_in,
    }
    entries = "".join(
        f"  - path: {path}\n    content: |\n{textwrap.indent(text, '      ')}"
        for path, text in files.items()
    )
    commands = "runcmd:\n  - systemctl daemon-reload\n  - systemctl enable --now docker.service\n"
    return f"#cloud-config\nwrite_files:\n{entries}{commands}".encode()


def ping(address: str, credentials: Credentials, folder: Path, *, with_client: bool = True) -> str:
    """What the engine answers to /_ping over mutual TLS. Raises OSError when it does not."""
    context = ssl.create_default_context(cadata=credentials.ca)
    if with_client:
        pair = folder / "client.pem"
        pair.write_text(credentials.client + credentials.client_key)
        context.load_cert_chain(pair)
    connection = HTTPSConnection(address, 2376, context=context, timeout=5)
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def credentials_for(address: str) -> Credentials:
    """A fresh authority with a server certificate for the address and a client certificate."""
    ca_key, ca_name = ec.generate_private_key(ec.SECP256R1()), _name("lab test authority")
    ca = _certificate(ca_name, ca_key.public_key(), ca_name, ca_key, authority=True)
    server_key, client_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    server = _certificate(_name("engine"), server_key.public_key(), ca_name, ca_key, names=names)
    client = _certificate(_name("console"), client_key.public_key(), ca_name, ca_key)
    return Credentials(_pem(ca), _pem(server), _key(server_key), _pem(client), _key(client_key))


def _certificate(subject, public_key, issuer, issuer_key, *, authority=False, names=None):
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
