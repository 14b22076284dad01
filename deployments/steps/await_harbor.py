"""Wait until Harbor says of every component that it is healthy."""

from deployments.clients import engine, harbor, keep_secrets
from deployments.configuration import LAYOUT
from deployments.containers import ContainerState, log_last_lines, project_states, seen
from harbor.api import HarborError
from lib.errors import GaveUp, Unreachable
from operations.errors import StepFailed
from operations.run import Run

_LIMIT = 600.0


def await_harbor(run: Run) -> None:
    """Both views agree: the engine's health checks and Harbor's own report (`harbor.md 5.2`)."""
    keep_secrets(run)
    # What fell and rose again in former times is no reason to give up now.
    before = {state.name: state.restarts for state in _states(run)}
    try:
        health = run.wait_until(
            lambda: _all_well(run, before), what="all of Harbor's components",
            timeout=_LIMIT, interval=2,
        )
    except (StepFailed, GaveUp) as error:
        raise _explained(run, error) from error
    run.subject.record(health=health)
    run.log(f"Harbor is healthy: {', '.join(sorted(health['components']))}")


def _states(run: Run) -> list[ContainerState]:
    return project_states(engine(run), LAYOUT.project)


def _all_well(run: Run, before: dict[str, int]) -> dict | None:
    states = _states(run)
    for state in states:
        if state.keeps_falling(since=before.get(state.name, 0)):
            raise StepFailed(f"A container of Harbor starts and falls again: {state}.")
    waiting = [state.name for state in states if not state.is_well]
    try:
        components = harbor(run).health()
    except (HarborError, Unreachable) as error:
        run.activity(f"Waiting for {', '.join(waiting) or 'an answer'}: {error.message}")
        return None
    waiting += [f"{name} ({reason})" for name, reason in components.items() if reason]
    if waiting or not states:
        run.activity(f"Waiting for {', '.join(waiting)}")
        return None
    return {"components": components, "containers": seen(states)}


def _explained(run: Run, error: StepFailed | GaveUp) -> StepFailed:
    """The same failure with the laggards' last lines in the log and their names in the reason."""
    docker = engine(run)
    laggards = [state for state in _states(run) if not state.is_well]
    for state in laggards:
        log_last_lines(run, docker, state)
    return StepFailed(
        f"{error.message} {_named(laggards)}".strip(),
        advice="Read the containers' last lines above. Resume when the cause is gone.",
    )


def _named(laggards: list[ContainerState]) -> str:
    return f"Not well: {'; '.join(str(state) for state in laggards)}." if laggards else ""
