"""Make sure that the host's engine answers us, and only us, with a certificate that lasts."""

import socket

from django.utils import timezone

from hosts.engine import Engine
from hosts.engine_certificate import serve_engine_certificate
from hosts.host_tool import HostTool
from hosts.identities import (
    ensure_client_certificate,
    expect,
    has_lasting_certificate,
    issue_lasting_certificate,
)
from hosts.models import DockerHost
from hosts.steps.meet_engine import meet_engine
from hosts.subject import host_of
from lib.sizes import human
from operations.errors import StepFailed
from operations.run import Run

_OPEN_PORT = 2375
_CLOCK_SECONDS = 60.0
_FOLDER_OF_DATA = "/var/lib"


def reach_docker(run: Run) -> None:
    """Afterwards the engine serves a lasting certificate and the row knows what it is."""
    host = host_of(run)
    ensure_client_certificate(host)
    engine = meet_engine(run, host)
    _require_closed(run, host)
    tool = HostTool(engine)
    run.checkpoint()
    tool.ensure_loaded()
    if has_lasting_certificate(host):
        run.log(f"The engine's certificate is valid until {_end(host)}")
    else:
        serve_engine_certificate(run, host, engine, issue_lasting_certificate(host))
    expect(host)
    _record_facts(run, host, engine, tool)


def _require_closed(run: Run, host: DockerHost) -> None:
    """An engine that listens on 2375 obeys everybody on the network."""
    try:
        socket.create_connection((host.address, _OPEN_PORT), timeout=3).close()
    except OSError:
        run.log(f"Port {_OPEN_PORT} of {host} is closed, as it should be")
        return
    raise StepFailed(
        f"{host} listens on port {_OPEN_PORT}, where the engine obeys everybody.",
        advice="Remove -H tcp://…:2375 from the engine's settings and restart it; then resume.",
    )


def _end(host: DockerHost) -> str:
    return f"{host.server_certificate.not_after:%Y-%m-%d}"


def _record_facts(run: Run, host: DockerHost, engine: Engine, tool: HostTool) -> None:
    info, space, ahead = engine.info(), tool.free_space(_FOLDER_OF_DATA), tool.clock()
    facts = {
        "architecture": info.get("Architecture", ""), "system": info.get("OperatingSystem", ""),
        "cpus": info.get("NCPU"), "memory_bytes": info.get("MemTotal"),
        "disk_bytes": space.total, "free_bytes": space.free, "clock_ahead": round(ahead, 1),
    }
    host.record(
        docker_version=info.get("ServerVersion", ""), storage_driver=info.get("Driver", ""),
        state=host.State.READY, last_seen_at=timezone.now(), facts=host.facts | facts,
    )
    run.record(docker=host.docker_version, driver=host.storage_driver)
    run.log(
        f"Docker {host.docker_version} on {facts['system']}, {host.storage_driver}, "
        f"{human(space.free)} free"
    )
    if abs(ahead) > _CLOCK_SECONDS:
        raise StepFailed(
            f"The clock of {host} differs from the console's by {ahead:.0f} seconds.",
            advice="Set up time synchronisation on both; certificates and logins depend on it.",
        )
