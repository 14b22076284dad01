"""Logs arrive where operators look for them: a line of this run is found."""

from deployments.clients import engine, harbor
from deployments.configuration import WRITE_ANEW
from deployments.selftest import self_test_of
from harbor.bundle import CONTAINER_OF
from operations.errors import CheckFailed, StepFailed
from operations.run import Run

_TAIL = 400
_LIMIT = 10.0


def check_logs(run: Run) -> str:
    """A request with this run's mark shows in the proxy's log, read through the engine."""
    mark, container = f"slipway-{self_test_of(run).tag}", CONTAINER_OF["proxy"]
    harbor(run).call("GET", "/ping", params={"mark": mark})
    try:
        line = run.wait_until(
            lambda: next(
                (line for line in engine(run).logs(container, tail=_TAIL) if mark in line), None
            ),
            what=f"a line with {mark}", timeout=_LIMIT,
        )
    except StepFailed as error:
        raise CheckFailed(
            f"The log of {container} has no line with {mark} after {_LIMIT:.0f} seconds.",
            advice=f"Look at access_log in nginx.conf on the host and at the logging driver of "
                   f"{container}, or {WRITE_ANEW}.",
        ) from error
    return f"{container} logged: {line.strip()[:200]}"
