"""Switch a host's machine on and off: the guest is asked first, the cord is pulled when asked for.
"""

from hosts import drift
from hosts.models import DockerHost
from hosts.steps.machine import ask_to_shut_down, require_machine, switch_off
from hosts.steps.prism import carry_out, prism_of
from hosts.subject import host_of
from nutanix.prism import PrismClient
from nutanix.prism.types import VM
from operations.errors import StepFailed
from operations.run import Run

ADDRESS_SECONDS = 300.0
_POWER_ATTEMPTS = 3
_NO_ADDRESS = (
    "The machine is kept. Look at its console in Prism: does the subnet hand out addresses "
    "(IPAM or DHCP)? Is the VLAN right? Does the image boot and run cloud-init? Then resume."
)


def switch_machine_off(run: Run) -> None:
    """Afterwards it is off; parameter `hard`: pull the cord when the guest does not obey."""
    host = host_of(run)
    prism = prism_of(run, host.cluster)
    vm = require_machine(prism, host)
    if not vm.is_on:
        run.log(f"{host} is off already")
    elif run.parameters.get("hard"):
        switch_off(run, prism, host, vm)
    else:
        ask_to_shut_down(run, prism, host, vm)
    host.record(state=DockerHost.State.OFF)
    host.settle(drift.OFF, drift.ON)


def switch_machine_on(run: Run) -> None:
    """Afterwards it is on; never a new machine in place of one that is gone."""
    host = host_of(run)
    prism = prism_of(run, host.cluster)
    bring_up(run, prism, host, require_machine(prism, host))


def bring_up(run: Run, prism: PrismClient, host: DockerHost, vm: VM) -> None:
    """The machine is on and the row knows its address."""
    vm = _power_on(run, prism, host, vm)
    address = vm.address or _await_address(run, prism, host, vm)
    if host.address != address:
        host.record(address=address)
    host.settle(drift.GONE, drift.OFF, drift.ON, drift.ADDRESS)
    run.log(f"Machine {vm.name} is on, at {address}")


def _power_on(run: Run, prism: PrismClient, host: DockerHost, vm: VM) -> VM:
    """A task that succeeded does not always mean that the machine is on (nutanix.md 2.0.1)."""
    for _ in range(_POWER_ATTEMPTS):
        if vm.is_on:
            return vm
        carry_out(
            run, prism, host, "power-on",
            lambda request_id, vm=vm: prism.power_on(vm.ext_id, request_id=request_id),
            what=f"power on {host.name}",
        )
        vm = prism.get_vm(vm.ext_id)
    if vm.is_on:
        return vm
    raise StepFailed(
        f"Prism says that {host.name} was powered on, but it is off.",
        advice="Look at the machine's events in Prism; then resume.",
    )


def _await_address(run: Run, prism: PrismClient, host: DockerHost, vm: VM) -> str:
    if not vm.has_nic:
        raise StepFailed(
            f"{host.name} has no network card.", advice="Add one in Prism; then resume."
        )
    try:
        return run.wait_until(
            lambda: prism.get_vm(vm.ext_id).address, what=f"an address of {host.name}",
            timeout=ADDRESS_SECONDS,
        )
    except StepFailed as error:
        raise StepFailed(error.message, advice=_NO_ADDRESS) from error
