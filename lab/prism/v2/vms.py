"""v2 VMs: create, list, get, change, power, delete (nutanix.md 2.8, 2.9)."""

from lab.prism import machines, switches
from lab.prism.addresses import shown_address
from lab.prism.call import Answer, Call
from lab.prism.entities import Disk, Nic, Vm
from lab.prism.fields import Fields
from lab.prism.paging import visible
from lab.prism.refusals import Refused
from lab.prism.v2.listing import accepted, many, missing
from lab.prism.v2.routes import V2
from lab.prism.v2.vm_body import MIB, vm_from

TRANSITIONS = {
    "ON": "on",
    "OFF": "off",
    "ACPI_SHUTDOWN": "shutdown",
    "ACPI_REBOOT": "reboot",
    "RESET": "reset",
    "POWERCYCLE": "power-cycle",
}


@V2.add("GET", "/v2.0/vms")
def list_vms(call: Call) -> Answer:
    """Every VM; disks and cards only when asked for."""
    return many(call, [vm_json(call, vm) for vm in visible(call, call.state.vms)])


@V2.add("GET", "/v2.0/vms/{uuid}")
def get_vm(call: Call, uuid: str) -> Answer:
    """One VM; disks and cards only when asked for."""
    return Answer(200, vm_json(call, find_vm(call, uuid)))


@V2.add("POST", "/v2.0/vms")
def create_vm(call: Call) -> Answer:
    """Accept a VM; an id that is taken is refused."""
    vm = vm_from(call)
    if vm.uuid in call.state.vms:
        raise Refused(422, "", "", f"A VM with UUID {vm.uuid} already exists.")
    return accepted(call, machines.create(call, vm))


@V2.add("PUT", "/v2.0/vms/{uuid}")
def update_vm(call: Call, uuid: str) -> Answer:
    """Change what the body names; a stale `vm_logical_timestamp` is refused."""
    vm, fields = find_vm(call, uuid), Fields(call.json)
    if fields.optional("vm_logical_timestamp", vm.version) != vm.version:
        raise Refused(409, "", "", f"VM {vm.name} was changed in the meantime.")
    memory = fields.number("memory_mb", low=64, high=1024**3, usual=vm.memory_bytes // MIB)
    sockets = fields.number("num_vcpus", low=1, high=240, usual=vm.sockets)
    fields.check()

    def change() -> None:
        vm.name = fields.optional("name", vm.name)
        vm.description = fields.optional("description", vm.description)
        vm.memory_bytes, vm.sockets = memory * MIB, sockets
        vm.touch()

    entities = [machines.affected(call.knobs, vm)]
    return accepted(call, call.task("VmUpdate", "Update VM", entities, change))


@V2.add("DELETE", "/v2.0/vms/{uuid}")
def delete_vm(call: Call, uuid: str) -> Answer:
    """Delete a VM, running or not."""
    return accepted(call, machines.delete(call, find_vm(call, uuid)))


@V2.add("POST", "/v2.0/vms/{uuid}/set_power_state")
def set_power_state(call: Call, uuid: str) -> Answer:
    """Switch a VM."""
    vm, fields = find_vm(call, uuid), Fields(call.json)
    wanted = fields.text("transition").upper()
    fields.check()
    if wanted not in TRANSITIONS:
        raise Refused(422, "", "", f"The transition {wanted} is not supported.")
    return accepted(call, switches.switch(call, vm, TRANSITIONS[wanted]))


def vm_json(call: Call, vm: Vm) -> dict:
    """A VM in v2's spelling."""
    is_on = call.prism.hypervisor.is_on(vm.uuid)
    shown = {
        "uuid": vm.uuid,
        "name": vm.name,
        "description": vm.description,
        "memory_mb": vm.memory_bytes // MIB,
        "num_vcpus": vm.sockets,
        "num_cores_per_vcpu": vm.cores_per_socket,
        "power_state": "on" if is_on else "off",
        "host_uuid": vm.host if is_on else None,
        "timezone": "UTC",
        "vm_logical_timestamp": vm.version,
        "vm_features": {"AGENT_VM": False},
        "boot": vm.boot,
    }
    if call.query.get("include_vm_disk_config") == "true":
        shown["vm_disk_info"] = [_disk_json(each) for each in vm.disks]
        shown["vm_disk_info"] += _group_disks(call, vm)
    if call.query.get("include_vm_nic_config") == "true":
        shown["vm_nics"] = [_nic_json(call, vm, each, is_on=is_on) for each in vm.nics]
    return shown


def _disk_json(disk: Disk) -> dict:
    address = {
        "device_bus": disk.bus.lower(),
        "device_index": disk.index,
        "vmdisk_uuid": disk.uuid,
    }
    return {
        "is_cdrom": disk.kind == "cdrom",
        "is_empty": False,
        "disk_address": address,
        "size": disk.size_bytes,
        "storage_container_uuid": disk.container or None,
    }


def _group_disks(call: Call, vm: Vm) -> list[dict]:
    return [
        {
            "is_cdrom": False,
            "is_empty": False,
            "disk_address": {
                "device_bus": "scsi",
                "device_index": group.attachments[vm.uuid],
                "volume_group_uuid": group.uuid,
            },
        }
        for group in machines.groups_of(call.state, vm.uuid)
    ]


def _nic_json(call: Call, vm: Vm, nic: Nic, *, is_on: bool) -> dict:
    shown = {
        "mac_address": nic.mac,
        "network_uuid": nic.subnet,
        "is_connected": nic.connected,
        "model": "virtio",
    }
    address = shown_address(call.knobs, vm, nic, is_on=is_on)
    if nic.wanted_address:
        shown["requested_ip_address"] = nic.wanted_address
    if address:  # the field is missing until it is known (nutanix.md 2.9)
        shown |= {"ip_address": address, "ip_addresses": [address]}
    return shown


def find_vm(call: Call, uuid: str) -> Vm:
    """The VM, or 404."""
    if uuid not in call.state.vms:
        raise missing("VM", uuid)
    return call.state.vms[uuid]
