"""Reads the body of a v2 VM create call; user data is plain text here (nutanix.md 2.8)."""

from lab.prism.call import Call
from lab.prism.entities import Disk, Nic, Vm
from lab.prism.fields import Fields

MIB = 1024**2


def vm_from(call: Call) -> Vm:
    """The VM that the body describes; its id may be the caller's choice."""
    fields = Fields(call.json)
    user_data = fields.optional("vm_customization_config.userdata", "")
    vm = Vm(
        uuid=fields.optional("uuid", "") or call.state.new_uuid(),
        name=fields.text("name"),
        description=fields.optional("description", ""),
        cluster=call.state.cluster.uuid,
        sockets=fields.number("num_vcpus", low=1, high=240),
        cores_per_socket=fields.number("num_cores_per_vcpu", low=1, high=240, usual=1),
        memory_bytes=fields.number("memory_mb", low=64, high=1024**3) * MIB,
        boot=fields.optional("boot", {}),
        user_data=user_data.encode(),
    )
    vm.disks = [_disk(call, at, item) for at, item in enumerate(fields.items("vm_disks"))]
    vm.nics = [_nic(call, fields, at, item) for at, item in enumerate(fields.items("vm_nics"))]
    if vm.user_data:
        vm.disks.append(Disk(uuid=call.state.new_uuid(), kind="cdrom", bus="IDE"))
    fields.check()
    return vm


def _disk(call: Call, at: int, item: dict) -> Disk:
    part = Fields(item)
    cloned = part.optional("vm_disk_clone.disk_address.vmdisk_uuid", "")
    size = part.optional("vm_disk_clone.minimum_size", 0)
    container = ""
    if not cloned and not part.optional("is_cdrom", False):
        size = part.number("vm_disk_create.size", low=1, high=1024**5)
        container = part.text("vm_disk_create.storage_container_uuid")
    part.check()
    return Disk(
        uuid=call.state.new_uuid(),
        kind="cdrom" if part.optional("is_cdrom", False) else "disk",
        bus=part.optional("disk_address.device_bus", "scsi").upper(),
        index=part.optional("disk_address.device_index", at),
        size_bytes=size,
        container=container,
        image=_image_of(call, cloned),
    )


def _image_of(call: Call, vm_disk: str) -> str:
    """The image with that vm_disk_id; an unknown id stays, and fails the task."""
    found = (each.uuid for each in call.state.images.values() if each.vm_disk == vm_disk)
    return next(found, vm_disk) if vm_disk else ""


def _nic(call: Call, fields: Fields, at: int, item: dict) -> Nic:
    network = item.get("network_uuid")
    if not network:
        fields.problems.append((f"vm_nics[{at}].network_uuid", "is required"))
    return Nic(
        uuid=call.state.new_uuid(),
        mac=item.get("mac_address") or call.state.new_mac(),
        subnet=network or "",
        wanted_address=item.get("requested_ip_address"),
        connected=item.get("is_connected", True),
    )
