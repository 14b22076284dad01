"""What the Prism simulator asks of whatever runs machines, and a version that only records."""

from dataclasses import dataclass, field
from typing import Protocol


class HypervisorError(Exception):
    """The hypervisor could not do it; the sentence becomes the message of the failed Prism task."""


class Hypervisor(Protocol):
    """Runs machines and disks by their Prism ids. Every call may be repeated without harm.

    Raises HypervisorError with a sentence for the operator when something cannot be done.
    """

    def define(
        self,
        *,
        uuid: str,
        name: str,
        mac: str,
        address: str | None,
        user_data: bytes,
        meta_data: bytes,
    ) -> None:
        """The machine exists and is off; user_data and meta_data are the bytes Prism received."""

    def power_on(self, uuid: str) -> None:
        """The machine is booting or up."""

    def shut_down(self, uuid: str) -> None:
        """The guest was asked to shut down (ACPI); `is_on` turns false when it has obeyed."""

    def power_off(self, uuid: str) -> None:
        """The machine is off, as when the cord is pulled."""

    def delete(self, uuid: str) -> None:
        """The machine and its own system disk are gone; attached disks stay."""

    def is_on(self, uuid: str) -> bool:
        """Whether the machine runs at this moment; false for an unknown one."""

    def create_disk(self, uuid: str, size_bytes: int) -> None:
        """An empty disk of that size exists; an existing disk keeps its content."""

    def grow_disk(self, uuid: str, size_bytes: int) -> None:
        """The disk is at least that large; a running guest sees the new size."""

    def delete_disk(self, uuid: str) -> None:
        """The disk and its content are gone."""

    def attach_disk(self, vm_uuid: str, disk_uuid: str) -> None:
        """The guest sees the disk now if it runs, and after each boot."""

    def detach_disk(self, vm_uuid: str, disk_uuid: str) -> None:
        """The guest no longer sees the disk; its content stays."""


@dataclass
class Record:
    """One machine that exists on paper only."""

    name: str
    mac: str
    planned_address: str | None
    user_data: bytes
    meta_data: bytes
    on: bool = False
    disks: set[str] = field(default_factory=set)

    @property
    def address(self) -> str | None:
        """The address the guest holds: none while it is off."""
        return self.planned_address if self.on else None


class Records:
    """A hypervisor for unit tests: remembers what was asked, runs nothing."""

    def __init__(self) -> None:
        self.machines: dict[str, Record] = {}
        self.disks: dict[str, int] = {}
        self.ignores_shut_down = False

    def define(
        self,
        *,
        uuid: str,
        name: str,
        mac: str,
        address: str | None,
        user_data: bytes,
        meta_data: bytes,
    ) -> None:
        known = self.machines.get(uuid)
        disks = known.disks if known else set()
        self.machines[uuid] = Record(name, mac, address, user_data, meta_data, disks=disks)

    def power_on(self, uuid: str) -> None:
        self._machine(uuid).on = True

    def shut_down(self, uuid: str) -> None:
        if not self.ignores_shut_down:
            self._machine(uuid).on = False

    def power_off(self, uuid: str) -> None:
        self._machine(uuid).on = False

    def delete(self, uuid: str) -> None:
        self.machines.pop(uuid, None)

    def is_on(self, uuid: str) -> bool:
        return uuid in self.machines and self.machines[uuid].on

    def create_disk(self, uuid: str, size_bytes: int) -> None:
        self.disks.setdefault(uuid, size_bytes)

    def grow_disk(self, uuid: str, size_bytes: int) -> None:
        self.disks[uuid] = max(self._disk(uuid), size_bytes)

    def delete_disk(self, uuid: str) -> None:
        self.disks.pop(uuid, None)

    def attach_disk(self, vm_uuid: str, disk_uuid: str) -> None:
        self._disk(disk_uuid)
        self._machine(vm_uuid).disks.add(disk_uuid)

    def detach_disk(self, vm_uuid: str, disk_uuid: str) -> None:
        if vm_uuid in self.machines:
            self.machines[vm_uuid].disks.discard(disk_uuid)

    def _machine(self, uuid: str) -> Record:
        if uuid not in self.machines:
            raise HypervisorError(f"The hypervisor knows no machine {uuid}.")
        return self.machines[uuid]

    def _disk(self, uuid: str) -> int:
        if uuid not in self.disks:
            raise HypervisorError(f"The hypervisor knows no disk {uuid}.")
        return self.disks[uuid]
