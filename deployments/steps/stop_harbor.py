"""Stop Harbor's containers in an order that loses nothing."""

from deployments.clients import engine
from deployments.configuration import LAYOUT
from deployments.containers import project_states
from operations.run import Run

# Who answers people first, who keeps data last.
_ORDER = (
    "nginx", "harbor-portal", "harbor-jobservice", "harbor-core", "registryctl", "registry",
    "redis", "harbor-db", "harbor-log",
)
_PATIENCE = 30


def stop_harbor(run: Run) -> None:
    """Afterwards no container of Harbor runs."""
    docker = engine(run)
    running = [state.name for state in project_states(docker, LAYOUT.project)
               if state.state in ("running", "restarting", "paused")]
    for number, name in enumerate(sorted(running, key=_place)):
        run.progress(number, len(running), "containers")
        run.checkpoint()
        docker.stop(name, timeout=_PATIENCE)
        run.log(f"Stopped {name}")
    run.progress(len(running), len(running), "containers")
    if not running:
        run.log("Harbor did not run")


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
