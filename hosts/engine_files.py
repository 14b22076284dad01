"""What makes an engine answer on 2376 with mutual TLS, on new and on existing hosts."""

import json
from dataclasses import dataclass

FOLDER = "/etc/docker/slipway"
DAEMON_FILE = "/etc/docker/daemon.json"
UNIT_FILE = "/etc/systemd/system/docker.service.d/slipway.conf"


@dataclass(frozen=True, kw_only=True)
class EngineFile:
    """One file of the host's system; a private key has mode 0600 and is never shown."""

    path: str
    content: str
    mode: int = 0o644


def trust_files(*, authority_pem: str, certificate_pem: str, key_pem: str) -> list[EngineFile]:
    """Who may connect, and who the engine says it is."""
    return [
        EngineFile(path=f"{FOLDER}/ca.pem", content=authority_pem),
        EngineFile(path=f"{FOLDER}/server.pem", content=certificate_pem),
        EngineFile(path=f"{FOLDER}/server.key", content=key_pem, mode=0o600),
    ]


def daemon_settings() -> dict[str, object]:
    """daemon.json: TLS, containers that survive an engine restart, logs that do not fill disks."""
    return {
        "tlsverify": True,
        "tlscacert": f"{FOLDER}/ca.pem",
        "tlscert": f"{FOLDER}/server.pem",
        "tlskey": f"{FOLDER}/server.key",
        "live-restore": True,
        "log-driver": "json-file",
        "log-opts": {"max-size": "50m", "max-file": "5"},
    }


def daemon_file() -> EngineFile:
    return EngineFile(path=DAEMON_FILE, content=json.dumps(daemon_settings(), indent=2) + "\n")


def unit_file(port: int) -> EngineFile:
    """Where the engine listens. Not in daemon.json: there it clashes with the unit's own -H."""
    # env finds dockerd: Debian keeps it in /usr/sbin, others in /usr/bin.
    start = (
        f"/usr/bin/env dockerd -H fd:// -H tcp://0.0.0.0:{port} "
        "--containerd=/run/containerd/containerd.sock"
    )
    return EngineFile(path=UNIT_FILE, content=f"[Service]\nExecStart=\nExecStart={start}\n")
