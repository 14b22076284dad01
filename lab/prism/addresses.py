"""Hands out addresses of managed subnets, as AHV's IPAM does."""

import ipaddress
import time

from lab.prism.entities import Nic, Vm
from lab.prism.inventory import Subnet
from lab.prism.knobs import Knobs
from lab.prism.refusals import TaskFailed
from lab.prism.state import State


def taken(state: State, subnet: Subnet) -> set[str]:
    """The addresses that VMs hold on this subnet."""
    nics = (nic for vm in state.vms.values() for nic in vm.nics)
    return {nic.address for nic in nics if nic.subnet == subnet.uuid and nic.address}


def pool(subnet: Subnet) -> list[str]:
    """Every address that Prism may hand out by itself."""
    first, last = (int(ipaddress.ip_address(end)) for end in subnet.pool)
    return [str(ipaddress.ip_address(number)) for number in range(first, last + 1)]


def assign(state: State, knobs: Knobs, subnet: Subnet, wanted: str | None) -> str | None:
    """An address for a new card: the wanted one, a free one, None on an unmanaged subnet.

    Raises TaskFailed when the pool is used up or the wanted address is taken.
    """
    if not subnet.managed:
        return None
    used = taken(state, subnet)
    if wanted is not None:
        return _checked(subnet, wanted, used)
    for address in pool(subnet):
        if address not in used:
            return address
    text = f"No free IP address is left in the pool of subnet '{subnet.name}'."
    raise TaskFailed(*knobs.no_address_error, text)


def _checked(subnet: Subnet, wanted: str, used: set[str]) -> str:
    if wanted in used:
        text = f"IP address {wanted} is already in use."
        raise TaskFailed("VMM-30131", "INVALID_ARGUMENT", text)
    if ipaddress.ip_address(wanted) not in ipaddress.ip_network(subnet.network):
        text = f"IP address {wanted} is outside of subnet '{subnet.name}'."
        raise TaskFailed("VMM-30131", "INVALID_ARGUMENT", text)
    return wanted


def shown_address(knobs: Knobs, vm: Vm, nic: Nic, *, is_on: bool) -> str | None:
    """The address that Prism admits to know, as the knob `address` says."""
    if knobs.address == "assigned":
        return nic.address
    if knobs.address == "late" and is_on and vm.powered_at is not None:
        waited = time.monotonic() - vm.powered_at
        return nic.address if waited >= knobs.address_late_seconds else None
    return None
