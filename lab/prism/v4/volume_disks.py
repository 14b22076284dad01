"""v4 disks of a volume group; a disk's id is the vdisk id a guest sees (nutanix.md 2.10)."""

from lab.prism import volumes
from lab.prism.call import Answer, Call
from lab.prism.entities import VolumeDisk, VolumeGroup
from lab.prism.fields import Fields
from lab.prism.refusals import Refused
from lab.prism.v4.envelope import accepted, entity, many, one, typed
from lab.prism.v4.routes import V4
from lab.prism.v4.volume_groups import (
    CONFIG,
    GROUP,
    LARGEST_DISK,
    disk_from,
    find_group,
)

DISKS = GROUP + "/disks"
DISK = DISKS + "/{disk}"


@V4.add("GET", DISKS)
def list_disks(call: Call, uuid: str) -> Answer:
    """The disks of a volume group."""
    shown = [disk_json(each) for each in find_group(call, uuid).disks.values()]
    return many(call, shown, f"{CONFIG}.ListVolumeDisksApiResponse")


@V4.add("GET", DISK)
def get_disk(call: Call, uuid: str, disk_uuid: str) -> Answer:
    """One disk, with its ETag."""
    disk = _disk(find_group(call, uuid), disk_uuid)
    return one(call, disk_json(disk), f"{CONFIG}.GetVolumeDiskApiResponse", of=disk)


@V4.add("POST", DISKS)
def create_disk(call: Call, uuid: str) -> Answer:
    """Add a disk from a storage container; without an index the next free one."""
    group = find_group(call, uuid)
    used = {disk.index for disk in group.disks.values()}
    free = next(index for index in range(16384) if index not in used)
    disk = disk_from(call, Fields(call.json), usual_index=free)
    task = volumes.add_disk(call, group, disk)
    return accepted(call, task, f"{CONFIG}.CreateVolumeDiskApiResponse")


@V4.add("PUT", DISK)
def update_disk(call: Call, uuid: str, disk_uuid: str) -> Answer:
    """Grow a disk; If-Match needed."""
    group = find_group(call, uuid)
    disk = _disk(group, disk_uuid)
    call.require_match(disk)
    fields = Fields(call.json)
    size = fields.number("diskSizeBytes", low=1, high=LARGEST_DISK)
    fields.check()
    task = volumes.grow_disk(call, group, disk, size)
    return accepted(call, task, f"{CONFIG}.UpdateVolumeDiskApiResponse")


@V4.add("DELETE", DISK)
def delete_disk(call: Call, uuid: str, disk_uuid: str) -> Answer:
    """Remove a disk and its content."""
    group = find_group(call, uuid)
    task = volumes.remove_disk(call, group, _disk(group, disk_uuid))
    return accepted(call, task, f"{CONFIG}.DeleteVolumeDiskApiResponse")


def disk_json(disk: VolumeDisk) -> dict:
    """A volume disk in v4's spelling."""
    source = typed(
        "common.v1.config.EntityReference",
        extId=disk.container,
        entityType="STORAGE_CONTAINER",
    )
    return entity(
        f"{CONFIG}.VolumeDisk",
        disk,
        index=disk.index,
        diskSizeBytes=disk.size_bytes,
        storageContainerId=disk.container,
        description=disk.description,
        diskDataSourceReference=source,
    )


def _disk(group: VolumeGroup, uuid: str) -> VolumeDisk:
    if uuid not in group.disks:
        text = f"The volume disk with UUID '{uuid}' is not found."
        raise Refused(404, "VOL-40301", "VOLUME_UNKNOWN_ENTITY_ERROR", text)
    return group.disks[uuid]
