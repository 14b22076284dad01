"""What may be asked of a running lab: what an operator of a real cluster, or bad luck, would do."""

import dataclasses
from typing import TYPE_CHECKING

from lab import cgroups, guest
from lab.errors import LabError

if TYPE_CHECKING:
    from lab.machines import Machine
    from lab.up import RunningLab


class Desk:
    """Each public method is a call of `lab.control.Lab`; results are plain data."""

    def __init__(self, lab: "RunningLab") -> None:
        self._lab = lab

    def status(self) -> dict[str, object]:
        """The facts of RUN/lab.json."""
        return self._lab.facts()

    def machines(self) -> list[dict[str, object]]:
        """Every machine with its name, address, disks, whether it is on, and its first process."""
        return [_as_data(machine) for machine in self._lab.hypervisor.machines.values()]

    def power_on(self, name: str) -> None:
        """Start the machine as it was left."""
        self._lab.hypervisor.power_on(self._machine(name).uuid)

    def shut_down(self, name: str) -> None:
        """Ask the guest to shut down."""
        self._lab.hypervisor.shut_down(self._machine(name).uuid)

    def crash(self, name: str) -> None:
        """Kill everything that runs in the machine, as when the cord is pulled."""
        self._lab.hypervisor.power_off(self._machine(name).uuid)

    def delete(self, name: str) -> None:
        """The machine vanishes from the cluster without Slipway being told."""
        machine = self._machine(name)
        if machine.uuid in self._lab.prism.vms:
            self._lab.prism.lose_vm(machine.uuid)
        self._lab.hypervisor.delete(machine.uuid)

    def detach(self, disk: str) -> None:
        """The disk vanishes from every machine, without Prism being told."""
        for machine in list(self._lab.hypervisor.machines.values()):
            self._lab.hypervisor.detach_disk(machine.uuid, disk)

    def install_volume_driver(self, name: str) -> None:
        """The machine's engine has the `nutanix` volume driver, as a managed plugin."""
        machine = self._machine(name)
        prism = self._lab.prism
        settings = {
            "PRISM_IP": prism.url.removeprefix("https://"),
            "DATASERVICES_IP": "",
            "PRISM_USERNAME": prism.username,
            "PRISM_PASSWORD": prism.password,
            "PRISM_CA": prism.ca_pem,
            "DEFAULT_CONTAINER": prism.container.name,
        }
        guest.install_plugin(machine, settings)

    def fault(self, **what: object) -> None:
        """Something goes wrong with Prism's next calls (fields of lab.prism.faults.Fault)."""
        self._lab.prism.fail_next(**what)

    def clear_faults(self) -> None:
        """Forget the faults that did not happen yet."""
        self._lab.prism.faults.clear()

    def knobs(self, **changes: object) -> dict[str, object]:
        """Change how Prism behaves (fields of lab.prism.knobs.Knobs); all of them as they are."""
        knobs = self._lab.prism.knobs
        for name, value in changes.items():
            if not hasattr(knobs, name):
                raise LabError(f"Prism has no knob named {name}.")
            setattr(knobs, name, value)
        return dataclasses.asdict(knobs)

    def journal(self, method: str | None = None, containing: str = "") -> list[dict[str, object]]:
        """The requests that Prism got, with secrets struck out."""
        return [entry.as_json() for entry in self._lab.prism.journal.entries(method, containing)]

    def register(self, name: str, address: str) -> None:
        """From now on the name is at that address, for machines and for this host."""
        self._lab.names.register(name, address)

    def forget(self, name: str) -> None:
        """The lab's name server no longer knows the name."""
        self._lab.names.forget(name)

    def _machine(self, name: str) -> "Machine":
        for machine in self._lab.hypervisor.machines.values():
            if name in (machine.name, machine.uuid):
                return machine
        known = ", ".join(m.name for m in self._lab.hypervisor.machines.values()) or "none"
        raise LabError(f"The lab has no machine named {name}. It has: {known}.")


def _as_data(machine: "Machine") -> dict[str, object]:
    first = cgroups.first_process(cgroups.top() / machine.uuid) if machine.is_on else None
    return {
        "name": machine.name,
        "uuid": machine.uuid,
        "address": machine.address,
        "on": machine.is_on,
        "disks": sorted(machine.disks),
        "pid": first,
    }
