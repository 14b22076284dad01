"""The machine behind a host of ours: found by its mark only, and switched off politely."""

from hosts.models import DockerHost
from hosts.models.requests import RemembersRequests
from hosts.steps.prism import carry_out
from nutanix.prism import PrismClient
from nutanix.prism.errors import NotFound
from nutanix.prism.types import VM
from operations.errors import StepFailed
from operations.run import Run

SHUT_DOWN_SECONDS = 60.0


def find_our_machine(prism: PrismClient, host: DockerHost) -> VM | None:
    """Our machine, if it is still there; one without our mark is not ours to delete."""
    if not host.vm_ext_id:
        return prism.find_vm(host.mark, name=host.name)
    try:
        vm = prism.get_vm(host.vm_ext_id)
    except NotFound:
        return None
    # An imported one is the operator's choice; it is never deleted.
    if host.is_ours and host.mark not in vm.description:
        raise StepFailed(
            f"The machine {vm.name} no longer carries our mark; it is not deleted.",
            advice="Delete it in Prism yourself if nothing needs it; then resume.",
        )
    return vm


def require_machine(prism: PrismClient, host: DockerHost) -> VM:
    """The host's machine. Raises StepFailed when Prism has it no more."""
    vm = find_our_machine(prism, host)
    if vm is None:
        raise StepFailed(
            f"Prism has no machine of {host} any more.",
            advice="Rebuild the host on the page of its registry, or make it anew by “Make and "
                   "connect”.",
        )
    return vm


def switch_off(run: Run, prism: PrismClient, host: RemembersRequests, vm: VM) -> None:
    """Ask the guest first; pull the cord when it does not listen."""
    if not vm.is_on:
        return
    try:
        ask_to_shut_down(run, prism, host, vm)
    except StepFailed:
        run.log(f"{host} did not shut down by itself; powering it off", level="warning")
        carry_out(
            run, prism, host, "power-off",
            lambda request_id: prism.power_off(vm.ext_id, request_id=request_id),
            what=f"power off {host}",
        )


def ask_to_shut_down(run: Run, prism: PrismClient, host: RemembersRequests, vm: VM) -> None:
    """The guest is asked by ACPI. Raises StepFailed when it did not obey within a minute."""
    carry_out(
        run, prism, host, "shut-down",
        lambda request_id: prism.shut_down(vm.ext_id, request_id=request_id),
        what=f"shut down {host}",
    )
    run.wait_until(
        lambda: not prism.get_vm(vm.ext_id).is_on, what=f"{host} to shut down",
        timeout=SHUT_DOWN_SECONDS,
        advice="Look at its console in Prism. To power it off hard, start this again and choose "
               "so: what the guest has not written yet is lost.",
    )
    run.log(f"The guest of {host} shut down when it was asked to")
