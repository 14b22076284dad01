"""Give a host's machine other CPUs and memory: while it runs where Prism allows, else restarted."""

from hosts import drift
from hosts.models import DockerHost
from hosts.steps.machine import ask_to_shut_down, require_machine
from hosts.steps.power import bring_up
from hosts.steps.prism import carry_out, prism_of
from hosts.subject import host_of
from nutanix.prism import PrismClient
from nutanix.prism.errors import Conflict, Invalid, TaskFailed
from nutanix.prism.types import VM
from operations.errors import StepFailed
from operations.run import Run


def resize_host(run: Run) -> None:
    """Parameters: cpus, memory_mib, and may_restart for what cannot be changed while it runs."""
    host, cpus, memory_mib = host_of(run), run.parameters["cpus"], run.parameters["memory_mib"]
    prism = prism_of(run, host.cluster)
    vm = require_machine(prism, host)
    # In an earlier attempt it may have been switched off by ourselves.
    run.record(was_on=run.facts.get("was_on", vm.is_on))
    if (vm.cpus, vm.memory_mib) == (cpus, memory_mib):
        run.log(f"{host} has {cpus} CPU and {memory_mib} MiB already")
    elif not vm.is_on or not _resized_while_on(run, prism, host, vm):
        _resize_switched_off(run, prism, host, vm)
    if run.facts["was_on"]:
        bring_up(run, prism, host, prism.get_vm(vm.ext_id))
    _require_size(prism, vm, cpus, memory_mib)
    host.record(cpus=cpus, memory_mib=memory_mib)
    host.settle(drift.CPUS, drift.MEMORY)


def _resized_while_on(run: Run, prism: PrismClient, host: DockerHost, vm: VM) -> bool:
    """AHV adds to a running machine and takes nothing from it; some guests allow neither."""
    if run.parameters["cpus"] < vm.cpus or run.parameters["memory_mib"] < vm.memory_mib:
        run.log(f"{host} is to have less than it has: not possible while it runs")
        return False
    try:
        _resize(run, prism, host, vm)
    except (TaskFailed, Invalid, Conflict) as error:
        run.log(f"Prism does not resize {host} while it runs: {error.message}", level="warning")
        return False
    return True


def _resize_switched_off(run: Run, prism: PrismClient, host: DockerHost, vm: VM) -> None:
    if vm.is_on and not run.parameters.get("may_restart"):
        raise StepFailed(
            f"{host} cannot be resized while it runs.",
            advice="Nothing was changed. Start the resize again and allow a restart.",
        )
    if vm.is_on:
        run.log(f"Restarting {host} to resize it, as allowed", level="warning")
        ask_to_shut_down(run, prism, host, vm)
    _resize(run, prism, host, vm)


def _resize(run: Run, prism: PrismClient, host: DockerHost, vm: VM) -> None:
    size = {key: run.parameters[key] for key in ("cpus", "memory_mib")}
    carry_out(
        run, prism, host, "resize",
        lambda request_id: prism.resize_vm(vm.ext_id, **size, request_id=request_id),
        what=f"resize {host} to {size['cpus']} CPU and {size['memory_mib']} MiB",
    )
    run.log(f"{host} has {size['cpus']} CPU and {size['memory_mib']} MiB now")


def _require_size(prism: PrismClient, vm: VM, cpus: int, memory_mib: int) -> None:
    found = prism.get_vm(vm.ext_id)
    if (found.cpus, found.memory_mib) != (cpus, memory_mib):
        raise StepFailed(
            f"Prism says it resized {vm.name}, but shows {found.cpus} CPU and "
            f"{found.memory_mib} MiB.",
            advice="Look at the machine in Prism; then resume.",
        )
