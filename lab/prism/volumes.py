"""What happens to volume groups: created, given disks, attached, detached, deleted."""

from lab.prism.call import Call, Prism
from lab.prism.entities import Vm, VolumeDisk, VolumeGroup
from lab.prism.refusals import Refused, TaskFailed
from lab.prism.tasks import Task

GROUP_REL = "volumes:config:volume-group"
DISK_REL = "volumes:config:volume-group:disk"


def affected(group: VolumeGroup) -> tuple[str, str, str]:
    """The volume group as a task names it."""
    return GROUP_REL, group.uuid, group.name


def create(call: Call, group: VolumeGroup) -> Task:
    """The group exists when the task has succeeded; the same name twice is a knob's matter."""
    prism = call.prism
    group.target_name = f"{group.name}-{group.uuid}"
    same = any(each.name == group.name for each in prism.state.volume_groups.values())
    text = f"A volume group with the name '{group.name}' already exists."
    if same and call.knobs.duplicate_volume_group == "answer":
        raise Refused(409, "VOL-40302", "VOLUME_DUPLICATE_ENTITY_ERROR", text)

    def build() -> None:
        if same and prism.knobs.duplicate_volume_group == "task":
            raise TaskFailed("VOL-40302", "VOLUME_DUPLICATE_ENTITY_ERROR", text)
        for disk in group.disks.values():
            _check_space(prism, disk)
            prism.hypervisor.create_disk(disk.uuid, disk.size_bytes)
        with prism.state.lock:
            prism.state.volume_groups[group.uuid] = group

    return call.task("VolumeGroupCreate", "Create volume group", [affected(group)], build)


def add_disk(call: Call, group: VolumeGroup, disk: VolumeDisk) -> Task:
    """One more disk; running VMs see it at once."""
    prism = call.prism

    def add() -> None:
        if any(each.index == disk.index for each in group.disks.values()):
            text = f"index '{disk.index}' is already in use"
            raise TaskFailed("VOL-40303", "VOLUME_INVALID_ARGUMENT_ERROR", text)
        _check_space(prism, disk)
        prism.hypervisor.create_disk(disk.uuid, disk.size_bytes)
        for vm_uuid in list(group.attachments):
            prism.hypervisor.attach_disk(vm_uuid, disk.uuid)
        with prism.state.lock:
            group.disks[disk.uuid] = disk
            group.touch()

    entities = [affected(group), (DISK_REL, disk.uuid, "")]
    return call.task("VolumeGroupDiskCreate", "Add volume group disk", entities, add)


def grow_disk(call: Call, group: VolumeGroup, disk: VolumeDisk, size_bytes: int) -> Task:
    """The disk is larger; making it smaller fails."""
    prism = call.prism

    def grow() -> None:
        if size_bytes < disk.size_bytes:
            text = "NotSupported: the size of a disk cannot be reduced."
            raise TaskFailed("VOL-40304", "VOLUME_INVALID_ARGUMENT_ERROR", text)
        prism.hypervisor.grow_disk(disk.uuid, size_bytes)
        disk.size_bytes = size_bytes
        disk.touch()
        group.touch()

    entities = [affected(group), (DISK_REL, disk.uuid, "")]
    return call.task("VolumeGroupDiskUpdate", "Update volume group disk", entities, grow)


def remove_disk(call: Call, group: VolumeGroup, disk: VolumeDisk) -> Task:
    """The disk and its content are gone."""
    prism = call.prism

    def remove() -> None:
        for vm_uuid in list(group.attachments):
            prism.hypervisor.detach_disk(vm_uuid, disk.uuid)
        prism.hypervisor.delete_disk(disk.uuid)
        with prism.state.lock:
            group.disks.pop(disk.uuid, None)
            group.touch()

    entities = [affected(group), (DISK_REL, disk.uuid, "")]
    return call.task("VolumeGroupDiskDelete", "Delete volume group disk", entities, remove)


def attach(call: Call, group: VolumeGroup, vm_uuid: str, index: int | None) -> Task:
    """The VM sees the group's disks; a group that is not shared knows one VM only."""
    prism = call.prism

    def plug() -> None:
        with prism.state.lock:
            vm = _attachable(prism, group, vm_uuid)
            free = _free_index(prism, vm, index)
        for disk in list(group.disks):
            prism.hypervisor.attach_disk(vm.uuid, disk)
        with prism.state.lock:
            group.attachments[vm.uuid] = free
            group.touch()
            vm.touch()

    entities = [affected(group), (call.knobs.vm_rel, vm_uuid, "")]
    return call.task("VolumeGroupAttachExternal", "Attach volume group", entities, plug)


def _attachable(prism: Prism, group: VolumeGroup, vm_uuid: str) -> Vm:
    vm = prism.state.vms.get(vm_uuid)
    if vm is None:
        text = f"The VM with UUID '{vm_uuid}' is not found."
        raise TaskFailed("VMM-30100", "VM_NOT_FOUND", text)
    if vm_uuid in group.attachments:
        text = f"Volume group '{group.name}' is already attached to VM '{vm.name}'."
        raise TaskFailed("VOL-40305", "VOLUME_INVALID_STATE_ERROR", text)
    if group.attachments and not group.shared:
        text = f"Volume group '{group.name}' is attached to another VM and is not shared."
        raise TaskFailed("VOL-40305", "VOLUME_INVALID_STATE_ERROR", text)
    return vm


def _free_index(prism: Prism, vm: Vm, wanted: int | None) -> int:
    used = {disk.index for disk in vm.disks if disk.bus == "SCSI" and disk.kind == "disk"}
    for other in prism.state.volume_groups.values():
        if vm.uuid in other.attachments:
            used.add(other.attachments[vm.uuid])
    if wanted is None:
        return next(index for index in range(256) if index not in used)
    if wanted in used:
        text = f"index '{wanted}' is already in use"
        raise TaskFailed("VOL-40303", "VOLUME_INVALID_ARGUMENT_ERROR", text)
    return wanted


def detach(call: Call, group: VolumeGroup, vm_uuid: str) -> Task:
    """The VM no longer sees the group's disks; their content stays."""
    prism = call.prism

    def unplug() -> None:
        if vm_uuid not in group.attachments:
            text = f"Volume group '{group.name}' is not attached to VM '{vm_uuid}'."
            raise TaskFailed("VOL-40306", "VOLUME_INVALID_STATE_ERROR", text)
        for disk in list(group.disks):
            prism.hypervisor.detach_disk(vm_uuid, disk)
        with prism.state.lock:
            del group.attachments[vm_uuid]
            group.touch()
            if vm_uuid in prism.state.vms:
                prism.state.vms[vm_uuid].touch()

    entities = [affected(group), (call.knobs.vm_rel, vm_uuid, "")]
    return call.task("VolumeGroupDetachExternal", "Detach volume group", entities, unplug)


def close(call: Call, group: VolumeGroup, client: str) -> Task:
    """The iSCSI client of that id no longer reaches the group's disks."""
    def shut() -> None:
        if client not in group.iscsi_clients:
            text = f"Volume group '{group.name}' is not open for the iSCSI client '{client}'."
            raise TaskFailed("VOL-40306", "VOLUME_INVALID_STATE_ERROR", text)
        with call.prism.state.lock:
            del group.iscsi_clients[client]
            group.touch()

    text = "Detach iSCSI client"
    return call.task("VolumeGroupDetachExternal", text, [affected(group)], shut)


def delete(call: Call, group: VolumeGroup) -> Task:
    """The group and its data are gone; an attached one is refused as the knob says."""
    prism, mode = call.prism, call.knobs.delete_attached_volume_group
    text = f"Volume group '{group.name}' is still attached."
    if (group.attachments or group.iscsi_clients) and mode == "answer":
        raise Refused(409, "VOL-40307", "VOLUME_INVALID_STATE_ERROR", text)

    def remove() -> None:
        if (group.attachments or group.iscsi_clients) and mode == "task":
            raise TaskFailed("VOL-40307", "VOLUME_INVALID_STATE_ERROR", text)
        forget(prism, group)

    return call.task("VolumeGroupDelete", "Delete volume group", [affected(group)], remove)


def forget(prism: Prism, group: VolumeGroup) -> None:
    """Remove the group and its data from every VM and from the cluster."""
    for disk in list(group.disks):
        for vm_uuid in list(group.attachments):
            prism.hypervisor.detach_disk(vm_uuid, disk)
        prism.hypervisor.delete_disk(disk)
    with prism.state.lock:
        prism.state.volume_groups.pop(group.uuid, None)


def _check_space(prism: Prism, disk: VolumeDisk) -> None:
    container = prism.state.containers.get(disk.container)
    if container is None:
        text = f"The storage container '{disk.container}' is not found."
        raise TaskFailed("VOL-40308", "ENTITY_NOT_FOUND", text)
    if disk.size_bytes > container.free_bytes:
        text = f"Storage container '{container.name}' has not enough space."
        raise TaskFailed(*prism.knobs.no_space_error, text)
