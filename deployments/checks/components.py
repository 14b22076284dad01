"""Every container runs and Harbor calls every component healthy."""

from contextlib import suppress

from deployments.clients import engine, harbor
from deployments.configuration import LAYOUT
from deployments.containers import ContainerState, log_last_lines, project_states, seen
from operations.errors import CheckFailed, StepFailed
from operations.run import Run

# Twice as long as the first judgement of Harbor's health checks takes on older engines.
_START = 60.0


def check_components(run: Run) -> str:
    """Both views: the engine's and Harbor's own; the status code of the latter says nothing."""
    docker = engine(run)
    states = _settled_states(run)
    if not states:
        raise CheckFailed(
            f"There is no container of Harbor on {run.subject.host}.", advice="Deploy again."
        )
    run.subject.record(health={**run.subject.health, "containers": seen(states)})
    ill = [state for state in states if not state.is_well]
    for state in ill:
        log_last_lines(run, docker, state)
    if ill:
        raise CheckFailed(
            f"Not well: {'; '.join(str(state) for state in ill)}.",
            advice="Their last lines are in the log; “Start” brings up what is stopped.",
        )
    components = harbor(run).health()
    run.subject.record(health={"components": components, "containers": seen(states)})
    sick = [f"{name}: {reason}" for name, reason in components.items() if reason]
    if sick:
        raise CheckFailed(
            f"Harbor reports {'; '.join(sick)}.",
            advice="Open the container logs of these components.",
        )
    return f"{len(states)} containers run; healthy: {', '.join(sorted(components))}"


def _settled_states(run: Run) -> list[ContainerState]:
    """Every container, once none is merely starting: that one is neither well nor ill."""
    states: list[ContainerState] = []

    def settled() -> bool:
        states[:] = project_states(engine(run), LAYOUT.project)
        return any(state.is_failing for state in states) or all(
            state.health != "starting" for state in states
        )

    with suppress(StepFailed):
        run.wait_until(settled, what="containers that are starting", timeout=_START)
    return states
