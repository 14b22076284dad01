"""Wait for the host's engine, and make sure that it is this host's and no other machine's."""

import time

from hosts.engine import Engine, EngineError, Foreign, engine_of
from hosts.models import DockerHost
from hosts.steps.prism import prism_of
from lib.errors import ServiceError
from operations.errors import StepFailed
from operations.run import Run

# A new machine boots and may install its engine; on an existing one nothing changes by itself.
ANSWER_SECONDS = {True: 600.0, False: 30.0}
# An engine that was set up before our first boot shows its own certificate for a moment.
FOREIGN_SECONDS = 30.0
_HOW_TO = {
    True: "Look at the machine's console in Prism: did cloud-init end well? Is port 2376 open "
          "between console and machine? Then resume.",
    False: "Run the script from the host's page on that machine, and open port 2376 for the "
           "console. Then resume.",
}
_REUSED = (
    "The address may have been given to another machine, or two machines use it. Nothing was sent "
    "there. Look in Prism and in your DHCP server which machine has it, give {host} an address of "
    "its own, then resume."
)


def meet_engine(run: Run, host: DockerHost) -> Engine:
    """The engine, once it answers; what stood in the way is told at the end.

    Raises StepFailed when another machine answers at the host's address.
    """
    last = EngineError(f"The engine of {host} does not answer.")
    limit, first_foreign = ANSWER_SECONDS[host.is_ours], None

    def answering() -> Engine | None:
        nonlocal last, first_foreign
        try:
            engine = engine_of(run, host)
            engine.version()
        except EngineError as error:
            last = error
            is_foreign = isinstance(error, Foreign)
            first_foreign = (first_foreign or time.monotonic()) if is_foreign else None
            if is_foreign and time.monotonic() - first_foreign >= FOREIGN_SECONDS:
                raise
            return None
        return engine

    try:
        return run.wait_until(answering, what=f"the Docker engine of {host}", timeout=limit)
    except (StepFailed, Foreign) as error:
        host.record(state=host.State.UNREACHABLE)
        if isinstance(last, Foreign):
            raise _stranger(run, host, last) from error
        raise StepFailed(
            f"{last.message} Waited {limit:.0f} seconds.",
            advice=_HOW_TO[host.is_ours], detail=last.detail,
        ) from error


def _stranger(run: Run, host: DockerHost, error: Foreign) -> StepFailed:
    """An existing machine that never was connected only lacks the script."""
    if not host.is_ours and host.last_seen_at is None:
        return StepFailed(error.message, advice=_HOW_TO[False], detail=error.detail)
    return StepFailed(
        f"At {host.address} another machine than {host} answers: its certificate is not the one "
        f"that Slipway gave to {host}.{_in_prism(run, host)}",
        advice=_REUSED.format(host=host), detail=error.detail,
    )


def _in_prism(run: Run, host: DockerHost) -> str:
    """Where Prism says that the machine is; one look, and its silence changes nothing."""
    if host.cluster is None or not host.vm_ext_id:
        return ""
    try:
        vm = prism_of(run, host.cluster).get_vm(host.vm_ext_id)
    except ServiceError:
        return ""
    if not vm.is_on:
        return f" In Prism, {host} is off."
    return f" In Prism, {host} is at {vm.address or 'no address'}."
