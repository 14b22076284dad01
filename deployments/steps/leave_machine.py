"""Leave the old machine: stop Harbor while somebody is there to do it, then let the machine go."""

from deployments.steps.stop_harbor import stop_harbor
from hosts.engine import EngineError
from hosts.steps import give_up_machine, is_switched_on
from operations.run import Run


def leave_machine(run: Run) -> None:
    """The old machine is gone from Prism; volume groups and their data stay."""
    instance, host = run.subject, run.subject.host
    instance.record(state=instance.State.DEPLOYING)
    if is_switched_on(run, host):
        try:
            stop_harbor(run)
        except EngineError as error:
            run.log(f"Harbor was not stopped first: {error.message}", level="warning")
    give_up_machine(run, host)
