"""Virtual machines of the lab: systemd-nspawn machines that boot with what Prism was given.

Everything a machine writes lies under DATA/machines/<uuid>; what runs is found through its cgroup.
"""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lab import cgroups, disks, network, seed
from lab.errors import LabError
from lab.hypervisor import HypervisorError
from lab.launch_command import launch_command
from lab.network import Subnet
from lab.paths import DATA

REBOOT = 133  # how systemd-nspawn ends when the guest asked for a reboot


@dataclass
class Machine:
    """One machine as it was defined, and its process while it is on."""

    uuid: str
    name: str
    mac: str
    address: str | None
    user_data: bytes
    meta_data: bytes
    disks: set[str] = field(default_factory=set)
    process: subprocess.Popen[bytes] | None = None
    cord_pulled: bool = False

    @property
    def folder(self) -> Path:
        return DATA / "machines" / self.uuid

    @property
    def is_on(self) -> bool:
        return self.process is not None and self.process.poll() is None


class MachineHypervisor:
    """Runs machines for the Prism simulator (`lab.hypervisor.Hypervisor`)."""

    def __init__(self, rootfs: Path, subnet: Subnet) -> None:
        self.machines: dict[str, Machine] = {}
        self._rootfs = rootfs
        self._subnet = subnet
        self._lock = threading.RLock()

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
        with self._alone():
            known = self.machines.get(uuid)
            attached = known.disks if known else set()
            if known and known.is_on:
                raise HypervisorError(f"Machine {name} is on; it cannot be defined anew.")
            self.machines[uuid] = Machine(uuid, name, mac, address, user_data, meta_data, attached)

    def power_on(self, uuid: str) -> None:
        with self._alone():
            machine = self._machine(uuid)
            if not machine.is_on:
                self._end(machine)
                self._start(machine)

    def shut_down(self, uuid: str) -> None:
        with self._alone():
            machine = self._machine(uuid)
            if machine.is_on and machine.process:
                machine.process.terminate()  # systemd-nspawn passes it on as a request to halt

    def power_off(self, uuid: str) -> None:
        with self._alone():
            machine = self._machine(uuid)
            machine.cord_pulled = True
            self._end(machine)

    def delete(self, uuid: str) -> None:
        with self._alone():
            if uuid in self.machines:
                self.power_off(uuid)
                shutil.rmtree(self.machines.pop(uuid).folder, ignore_errors=True)

    def is_on(self, uuid: str) -> bool:
        return uuid in self.machines and self.machines[uuid].is_on

    def create_disk(self, uuid: str, size_bytes: int) -> None:
        with self._alone():
            disks.create(uuid, size_bytes)

    def grow_disk(self, uuid: str, size_bytes: int) -> None:
        with self._alone():
            disks.grow(uuid, size_bytes)

    def delete_disk(self, uuid: str) -> None:
        with self._alone():
            disks.delete(uuid)

    def attach_disk(self, vm_uuid: str, disk_uuid: str) -> None:
        with self._alone():
            machine = self._machine(vm_uuid)
            disks.device(disk_uuid)
            machine.disks.add(disk_uuid)
            for root in _running_root(machine):
                disks.show(disk_uuid, root)

    def detach_disk(self, vm_uuid: str, disk_uuid: str) -> None:
        with self._alone():
            machine = self._machine(vm_uuid)
            if disk_uuid in machine.disks:
                machine.disks.remove(disk_uuid)
                for root in _running_root(machine):
                    disks.hide(disk_uuid, root)

    def addresses(self) -> dict[str, str]:
        """The machines' host names and addresses."""
        machines = list(self.machines.values())
        return {seed.host_name(m.name): m.address for m in machines if m.address}

    def stop(self) -> None:
        """Every machine is off and gone."""
        for uuid in list(self.machines):
            self.delete(uuid)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One change at a time; what the host refused becomes the failure of Prism's task."""
        with self._lock:
            try:
                yield
            except LabError as error:
                raise HypervisorError(str(error)) from error

    def _start(self, machine: Machine) -> None:
        machine.cord_pulled = False
        seed.write(machine, self._subnet.gateway)
        cgroup = cgroups.make(machine.uuid)
        network.connect(machine.uuid, machine.mac, machine.address, self._subnet)
        command = launch_command(machine, self._rootfs, cgroup)
        with (machine.folder / "console.log").open("ab") as console:
            machine.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )
        threading.Thread(target=self._watch, args=[machine, machine.process], daemon=True).start()

    def _watch(self, machine: Machine, process: subprocess.Popen[bytes]) -> None:
        """Start again what the guest rebooted; clear away what it shut down."""
        ended = process.wait()
        with self._lock:
            if machine.process is process and not machine.cord_pulled:
                self._end(machine)
                if ended == REBOOT:
                    self._start(machine)
                elif ended:
                    said = (machine.folder / "console.log").read_text(errors="replace")[-600:]
                    print(f"Machine {machine.name} failed ({ended}): {said}", file=sys.stderr)

    def _end(self, machine: Machine) -> None:
        cgroups.kill(cgroups.top() / machine.uuid)
        if machine.process:
            machine.process.wait()
            machine.process = None
        network.disconnect(machine.uuid)

    def _machine(self, uuid: str) -> Machine:
        if uuid not in self.machines:
            raise HypervisorError(f"The hypervisor knows no machine {uuid}.")
        return self.machines[uuid]


def _running_root(machine: Machine) -> list[Path]:
    """The root of the running system as seen from the host; empty when it is off."""
    while machine.is_on:
        # its first process only exists once the machine has a root and a /dev of its own
        first = cgroups.first_process(cgroups.top() / machine.uuid)
        if first:
            return [Path(f"/proc/{first}/root")]
        time.sleep(0.01)
    return []
