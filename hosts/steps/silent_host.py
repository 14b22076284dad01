"""A host whose engine no longer answers: what retiring may still do, and what it leaves there."""

from hosts.engine import Silent, engine_of
from hosts.models import DockerHost
from hosts.steps.machine import find_our_machine, switch_off
from hosts.steps.prism import prism_of
from hosts.subject import volumes_of
from operations.errors import StepFailed
from operations.run import Run


def is_silent(run: Run, host: DockerHost) -> bool:
    """Whether no answer comes at all. One that refuses us lives: that is raised."""
    if host.client_certificate is None:  # never connected: nothing of ours can be there
        return True
    try:
        engine_of(run, host).ping()
    except Silent:
        return True
    return False


def require_dead(run: Run, host: DockerHost, *, may_switch_off: bool) -> None:
    """Nothing runs there that could still write to the volumes we take away.

    Raises StepFailed for a machine on a cluster that is on, unless it may be switched off.
    """
    if host.cluster is None or not any(volume.volume_group_ext_id for volume in volumes_of(run)):
        return
    prism = prism_of(run, host.cluster)
    vm = find_our_machine(prism, host)
    if vm is None or not vm.is_on:
        run.log(f"{host} is {'off' if vm else 'gone from Prism'}", level="warning")
    elif may_switch_off:
        switch_off(run, prism, host, vm)
    else:
        raise StepFailed(
            f"{host} is on, but its engine does not answer: what runs there may still write to "
            "its volumes.",
            advice="Switch the machine off in Prism, then resume; or retire again and have the "
                   "machine deleted.",
        )
