"""A machine of the lab that had its Docker Engine before Slipway knew it."""

import base64
import json
from uuid import uuid4

from certificates.services import ensure_console_authority, issue, trust_bundle
from hosts.engine import EngineError, engine_of
from hosts.models import DockerHost

_DAEMON = {
    "hosts": ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2376"],
    "tlsverify": True,
    "tlscacert": "/etc/docker/tls/ca.pem",
    "tlscert": "/etc/docker/tls/cert.pem",
    "tlskey": "/etc/docker/tls/key.pem",
}
_UNIT = "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd\n"


def boot_existing_host(lab, *, name: str, daemon: dict | None = None) -> DockerHost:
    """Boot the machine and give the row of a host whose engine will answer in some seconds.

    `daemon` goes into its daemon.json as well.
    """
    address = str(lab.subnet.pool[-1])
    host = DockerHost(name=name, address=address, authority=ensure_console_authority())
    host.server_certificate = issue(
        host.authority, common_name=host.tls_name, names=[host.tls_name], addresses=[address]
    )
    host.client_certificate = issue(
        host.authority, common_name="console", names=["console"], usage="client"
    )
    host.state = DockerHost.State.READY
    host.save()
    machine = str(uuid4())
    lab.hypervisor.define(
        uuid=machine, name=name, mac="50:6b:8d:00:04:01", address=address,
        user_data=_document(host, daemon or {}).encode(), meta_data=b"",
    )
    lab.hypervisor.power_on(machine)
    return host


def engine_answers(host: DockerHost) -> bool:
    try:
        with engine_of(None, host) as docker:
            docker.ping()
    except EngineError:
        return False
    return True


def _document(host: DockerHost, daemon: dict) -> str:
    files = {
        "/etc/docker/daemon.json": json.dumps(_DAEMON | daemon),
        "/etc/docker/tls/ca.pem": trust_bundle(host.client_certificate),
        "/etc/docker/tls/cert.pem": host.server_certificate.full_chain_pem,
        "/etc/docker/tls/key.pem": host.server_certificate.key_pem,
        "/etc/systemd/system/docker.service.d/slipway-test.conf": _UNIT,
    }
    document = {
        "write_files": [
            {"path": path, "encoding": "b64",
             "content": base64.b64encode(content.encode()).decode()}
            for path, content in files.items()
        ],
        "runcmd": ["systemctl daemon-reload", "systemctl enable --now docker.service"],
    }
    return f"#cloud-config\n{json.dumps(document)}\n"
