"""Looks after the other services every ten seconds (harbor.md 5.2)."""

import time
from collections.abc import Callable

from lab.release.standin.wire.caller import call

from .state import State

SECONDS = 10
UNKNOWN = "unknown status"
COMPONENTS = ("core", "database", "jobservice", "portal", "redis", "registry", "registryctl")


def watch(state: State) -> None:
    """Keep state.health current, for ever."""
    while True:
        look(state)
        time.sleep(SECONDS)


def look(state: State) -> None:
    """Probe every component once; an empty text means healthy."""
    environment = state.environment
    probes: dict[str, Callable[[], object]] = {
        "core": lambda: None,
        "database": lambda: state.database.row("SELECT 1 AS one"),
        "jobservice": lambda: _get(f"{environment.jobservice}/api/v1/stats"),
        "portal": lambda: _get(f"{environment.portal}/"),
        "redis": lambda: state.redis.ping(),
        "registry": lambda: _get(f"{environment.registry}/"),
        "registryctl": lambda: _get(f"{environment.registryctl}/api/health"),
    }
    for name, probe in probes.items():
        try:
            probe()
        except Exception as problem:  # noqa: BLE001 - whatever it is, the component is unhealthy
            state.health[name] = f"failed to check {name}: {problem}"
        else:
            state.health[name] = ""


def report(state: State) -> dict[str, object]:
    """The JSON of GET /health."""
    components = []
    for name in sorted(COMPONENTS):
        problem = state.health.get(name, UNKNOWN)
        entry = {"name": name, "status": "unhealthy" if problem else "healthy"}
        components.append(entry | ({"error": problem} if problem else {}))
    healthy = all(entry["status"] == "healthy" for entry in components)
    return {"status": "healthy" if healthy else "unhealthy", "components": components}


def _get(url: str) -> None:
    status = call("GET", url, timeout=5).status
    if status != 200:
        raise RuntimeError(f"GET {url} answered {status}")
