"""How Harbor's containers fare, in the operator's words."""

from dataclasses import dataclass
from typing import Any

from hosts.engine import Engine, EngineError
from operations.run import Run

LAST_LINES = 50
# About half a minute of the engine's growing pauses: no start-up race lasts that long.
_CRASH_LOOP = 8


@dataclass(frozen=True, kw_only=True)
class ContainerState:
    """One container as the engine sees it; `state` is "missing" when there is none."""

    name: str
    state: str = "missing"
    health: str = ""
    restarts: int = 0
    exit_code: int = 0
    started_at: str = ""
    image: str = ""
    digest: str = ""

    @property
    def is_well(self) -> bool:
        """Running, and healthy where it has a health check."""
        return self.state == "running" and self.health in ("", "none", "healthy")

    @property
    def is_failing(self) -> bool:
        """Ended, restarting or found ill by its own check; a container still starting is not."""
        return self.state in ("exited", "dead", "restarting") or self.health == "unhealthy"

    def keeps_falling(self, *, since: int) -> bool:
        """It is down and fell too often, after `since` restarts, to be a race at the start."""
        return not self.is_well and self.restarts - since >= _CRASH_LOOP

    def __str__(self) -> str:
        words = [self.state]
        if self.health not in ("", "none"):
            words.append(self.health)
        if self.restarts:
            words.append(f"restarted {self.restarts} times")
        if self.state in ("exited", "restarting"):
            words.append(f"exit code {self.exit_code}")
        return f"{self.name}: {', '.join(words)}"


def state_of(docker: Engine, name: str) -> ContainerState:
    """How the container named `name` fares."""
    document = docker.inspect(name)
    if not document:
        return ContainerState(name=name)
    state = document.get("State", {})
    return ContainerState(
        name=name,
        state=state.get("Status", "unknown"),
        health=(state.get("Health") or {}).get("Status", ""),
        restarts=document.get("RestartCount", 0),
        exit_code=state.get("ExitCode", 0),
        started_at=state.get("StartedAt", ""),
        image=document.get("Config", {}).get("Image", ""),
        digest=document.get("Image", ""),
    )


def project_states(docker: Engine, project: str) -> list[ContainerState]:
    """Every container of the project, by name."""
    return [state_of(docker, name) for name in sorted(docker.containers(project))]


def seen(states: list[ContainerState]) -> dict[str, dict[str, Any]]:
    """What an instance's row keeps of its containers for its page: name → facts."""
    return {
        state.name: {
            "state": state.state, "health": state.health, "restarts": state.restarts,
            "image": state.image, "digest": state.digest,
        }
        for state in states
    }


def log_failing(run: Run, docker: Engine, project: str) -> list[ContainerState]:
    """Write the last lines of each failing container to the operation's log, and name them."""
    failing = [state for state in project_states(docker, project) if state.is_failing]
    for state in failing:
        log_last_lines(run, docker, state)
    return failing


def log_last_lines(run: Run, docker: Engine, state: ContainerState) -> None:
    """What the container said last, so that nobody needs to go to the host."""
    try:
        lines = docker.logs(state.name, tail=LAST_LINES)
    except EngineError as error:
        # A log that cannot be read must not hide what is wrong with its container.
        run.log(f"{state}. {error.message}", level="error")
        return
    run.log(f"{state}. Its last {LAST_LINES} lines:", level="error")
    for line in lines:
        run.log(f"{state.name} | {line}", level="error")
