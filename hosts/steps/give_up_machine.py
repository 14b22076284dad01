"""Give up a host's machine while its volume groups wait for the next one."""

from certificates.services import endpoints_of
from hosts.models import DockerHost
from hosts.steps.machine import find_our_machine
from hosts.steps.prism import prism_of
from hosts.steps.retire import remove_machine
from nutanix.prism import PrismClient
from operations.run import Run


def is_switched_on(run: Run, host: DockerHost) -> bool:
    """Whether Prism has our machine and says that it is on."""
    vm = find_our_machine(prism_of(run, host.cluster), host)
    return vm is not None and vm.is_on


def give_up_machine(run: Run, host: DockerHost) -> None:
    """Afterwards Prism shows no machine of this host, and the row waits for a new one."""
    prism = prism_of(run, host.cluster)
    remove_machine(run, host)
    endpoints_of(host).delete()
    host.forget_machine()
    _await_its_end(run, prism, host)


def _await_its_end(run: Run, prism: PrismClient, host: DockerHost) -> None:
    """Lists lag behind (nutanix.md 2.0): the next step must not find the machine that is gone."""
    run.wait_until(
        lambda: prism.find_vm(host.mark, name=host.name) is None,
        what=f"Prism to show {host} no more", timeout=60,
        advice="Look in Prism whether the machine is still there; then resume.",
    )
