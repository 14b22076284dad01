"""What happens when a machine is switched: on, off, shut down, rebooted."""

import time
from collections.abc import Callable

from lab.prism.call import Call, Prism
from lab.prism.entities import Vm
from lab.prism.machines import affected, wait_until_off
from lab.prism.refusals import TaskFailed
from lab.prism.tasks import Task

NAMES = {
    "on": "Power on VM",
    "off": "Power off VM",
    "shutdown": "Shut down the guest",
    "reboot": "Reboot the guest",
    "reset": "Reset VM",
    "power-cycle": "Power cycle VM",
}


def switch(call: Call, vm: Vm, transition: str) -> Task:
    """The transition of NAMES happens in a task."""
    prism, stays_off = call.prism, call.faulty("stays_off")
    works: dict[str, Callable[[], None]] = {
        "on": lambda: _turn_on(prism, vm, stays_off=stays_off),
        "off": lambda: _turn_off(prism, vm),
        "shutdown": lambda: _shut_down(prism, vm),
        "reboot": lambda: _reboot(prism, vm),
        "reset": lambda: _cycle(prism, vm),
        "power-cycle": lambda: _cycle(prism, vm),
    }
    operation = "Vm" + transition.title().replace("-", "")
    if transition == "on":
        operation = call.knobs.power_on_operation
    if transition == "off":
        operation = "VmPowerOff"
    return call.task(operation, NAMES[transition], [affected(call.knobs, vm)], works[transition])


def _turn_on(prism: Prism, vm: Vm, *, stays_off: bool = False) -> None:
    if prism.hypervisor.is_on(vm.uuid):
        _already(prism, vm, "on")
        return
    vm.host = _roomy_host(prism, vm)
    if not stays_off:
        prism.hypervisor.power_on(vm.uuid)
        vm.powered_at = time.monotonic()
    vm.touch()


def _turn_off(prism: Prism, vm: Vm) -> None:
    if not prism.hypervisor.is_on(vm.uuid):
        _already(prism, vm, "off")
        return
    prism.hypervisor.power_off(vm.uuid)
    vm.touch()


def _shut_down(prism: Prism, vm: Vm) -> None:
    if not prism.hypervisor.is_on(vm.uuid):
        _already(prism, vm, "off")
        return
    prism.hypervisor.shut_down(vm.uuid)
    vm.touch()


def _reboot(prism: Prism, vm: Vm) -> None:
    _shut_down(prism, vm)
    wait_until_off(prism, vm)
    _turn_on(prism, vm)


def _cycle(prism: Prism, vm: Vm) -> None:
    _turn_off(prism, vm)
    _turn_on(prism, vm)


def _already(prism: Prism, vm: Vm, state: str) -> None:
    if prism.knobs.power_to_same_state == "FAILED":
        text = f"kInvalidState: VM '{vm.name}' is already {state}."
        raise TaskFailed("VMM-30142", "INVALID_STATE", text)


def _roomy_host(prism: Prism, vm: Vm) -> str:
    state = prism.state
    hosts = [
        host
        for host in state.hosts.values()
        if host.cluster == vm.cluster and host.state == "ACROPOLIS_NORMAL"
    ]
    with state.lock:
        for host in hosts:
            others = (
                other
                for other in state.vms.values()
                if other.host == host.uuid and other.uuid != vm.uuid
            )
            used = sum(each.memory_bytes for each in others if prism.hypervisor.is_on(each.uuid))
            if used + vm.memory_bytes <= host.memory_bytes:
                return host.uuid
    text = f"No host has enough resources to power on VM '{vm.name}'."
    raise TaskFailed("VMM-30128", "INSUFFICIENT_RESOURCES_ERROR", text)
