"""v4 disks, cards and CD-ROMs of a VM; disks may be added and grown (nutanix.md 2.9)."""

from lab.prism import machines
from lab.prism.call import Answer, Call
from lab.prism.entities import Disk, Vm
from lab.prism.fields import Fields
from lab.prism.refusals import Refused, TaskFailed
from lab.prism.v4.envelope import accepted, many, one
from lab.prism.v4.routes import V4
from lab.prism.v4.vm_body import disk_from
from lab.prism.v4.vm_json import cdrom_json, disk_json, nic_json
from lab.prism.v4.vms import AHV, find_vm

VM = "/vmm/ahv/config/vms/{uuid}"
DISK_REL = "vmm:ahv:config:vm:disk"


@V4.add("GET", VM + "/disks")
def list_disks(call: Call, uuid: str) -> Answer:
    """The VM's own disks."""
    shown = [disk_json(each) for each in find_vm(call, uuid).disks if each.kind == "disk"]
    return many(call, shown, f"{AHV}.ListDisksApiResponse")


@V4.add("GET", VM + "/disks/{disk}")
def get_disk(call: Call, uuid: str, disk_uuid: str) -> Answer:
    """One disk, tagged with the VM's version."""
    vm = find_vm(call, uuid)
    shown = disk_json(_disk(vm, disk_uuid))
    return one(call, shown, f"{AHV}.GetDiskApiResponse", of=vm)


@V4.add("GET", VM + "/nics")
def list_nics(call: Call, uuid: str) -> Answer:
    """The VM's network cards."""
    vm = find_vm(call, uuid)
    is_on = call.prism.hypervisor.is_on(vm.uuid)
    shown = [nic_json(call, vm, each, is_on=is_on) for each in vm.nics]
    return many(call, shown, f"{AHV}.ListNicsApiResponse")


@V4.add("GET", VM + "/cd-roms")
def list_cdroms(call: Call, uuid: str) -> Answer:
    """The VM's CD-ROMs."""
    shown = [cdrom_json(each) for each in find_vm(call, uuid).disks if each.kind == "cdrom"]
    return many(call, shown, f"{AHV}.ListCdRomsApiResponse")


@V4.add("POST", VM + "/disks")
def create_disk(call: Call, uuid: str) -> Answer:
    """Add an empty disk; a running guest sees it at once."""
    vm = find_vm(call, uuid)
    call.require_match(vm)
    disk = disk_from(call, {each.index for each in vm.disks if each.bus == "SCSI"})
    prism = call.prism

    def add() -> None:
        prism.hypervisor.create_disk(disk.uuid, disk.size_bytes)
        prism.hypervisor.attach_disk(vm.uuid, disk.uuid)
        with prism.state.lock:
            vm.disks.append(disk)
            vm.touch()

    entities = [machines.affected(call.knobs, vm), (DISK_REL, disk.uuid, "")]
    task = call.task("CreateDisk", "Create VM disk", entities, add)
    return accepted(call, task, f"{AHV}.CreateDiskApiResponse")


@V4.add("PUT", VM + "/disks/{disk}")
def update_disk(call: Call, uuid: str, disk_uuid: str) -> Answer:
    """Grow a disk; shrinking fails."""
    vm = find_vm(call, uuid)
    call.require_match(vm)
    disk = _disk(vm, disk_uuid)
    fields = Fields(call.json)
    size = fields.number("backingInfo.diskSizeBytes", low=1, high=1024**5)
    fields.check()
    prism = call.prism

    def grow() -> None:
        if size < disk.size_bytes:
            text = "NotSupported: the size of a disk cannot be reduced."
            raise TaskFailed("VMM-30150", "INVALID_ARGUMENT", text)
        if disk.is_data_disk:
            prism.hypervisor.grow_disk(disk.uuid, size)
        disk.size_bytes = size
        vm.touch()

    entities = [machines.affected(call.knobs, vm), (DISK_REL, disk.uuid, "")]
    task = call.task("UpdateDisk", "Update VM disk", entities, grow)
    return accepted(call, task, f"{AHV}.UpdateDiskApiResponse")


@V4.add("DELETE", VM + "/disks/{disk}")
def delete_disk(call: Call, uuid: str, disk_uuid: str) -> Answer:
    """Remove a disk and its content."""
    vm = find_vm(call, uuid)
    call.require_match(vm)
    disk, prism = _disk(vm, disk_uuid), call.prism

    def remove() -> None:
        if disk.is_data_disk:
            prism.hypervisor.detach_disk(vm.uuid, disk.uuid)
            prism.hypervisor.delete_disk(disk.uuid)
        with prism.state.lock:
            vm.disks.remove(disk)
            vm.touch()

    entities = [machines.affected(call.knobs, vm), (DISK_REL, disk.uuid, "")]
    task = call.task("DeleteDisk", "Delete VM disk", entities, remove)
    return accepted(call, task, f"{AHV}.DeleteDiskApiResponse")


def _disk(vm: Vm, uuid: str) -> Disk:
    for disk in vm.disks:
        if disk.uuid == uuid:
            return disk
    raise Refused(404, "VMM-30102", "ENTITY_NOT_FOUND", f"The disk '{uuid}' is not found.")
