"""v2 volume groups (nutanix.md 2.10); growing a disk and detaching are not verified."""

from lab.prism import initiators, volumes
from lab.prism.call import Answer, Call
from lab.prism.entities import VolumeDisk, VolumeGroup
from lab.prism.fields import Fields
from lab.prism.paging import visible
from lab.prism.refusals import Refused
from lab.prism.v2.listing import accepted, many, missing
from lab.prism.v2.routes import V2

GROUPS = "/v2.0/volume_groups"
GROUP = GROUPS + "/{uuid}"
MIB = 1024**2
LARGEST_MIB = 1024**3


@V2.add("GET", GROUPS)
def list_groups(call: Call) -> Answer:
    """Every volume group."""
    return many(call, [_shown(call, each) for each in visible(call, call.state.volume_groups)])


@V2.add("GET", GROUP)
def get_group(call: Call, uuid: str) -> Answer:
    """One volume group."""
    return Answer(200, _shown(call, find_group(call, uuid)))


@V2.add("POST", GROUPS)
def create_group(call: Call) -> Answer:
    """Accept a volume group with its disks."""
    fields = Fields(call.json)
    group = VolumeGroup(
        uuid=fields.optional("uuid", "") or call.state.new_uuid(),
        name=fields.text("name"),
        description=fields.optional("description", ""),
        cluster=call.state.cluster.uuid,
        shared=fields.optional("is_shared", False),
    )
    disks = fields.items("disk_list")
    fields.check()
    for at, item in enumerate(disks):
        disk = _disk_from(call, item, usual_index=at)
        group.disks[disk.uuid] = disk
    return accepted(call, volumes.create(call, group))


@V2.add("DELETE", GROUP)
def delete_group(call: Call, uuid: str) -> Answer:
    """Delete a volume group and its data."""
    return accepted(call, volumes.delete(call, find_group(call, uuid)))


@V2.add("POST", GROUP + "/disks")
def add_disk(call: Call, uuid: str) -> Answer:
    """Add a disk with the next free index."""
    group = find_group(call, uuid)
    used = {disk.index for disk in group.disks.values()}
    free = next(index for index in range(16384) if index not in used)
    body = call.json if isinstance(call.json, dict) else {}
    return accepted(call, volumes.add_disk(call, group, _disk_from(call, body, usual_index=free)))


@V2.add("PUT", GROUP + "/disks/{disk}")
def grow_disk(call: Call, uuid: str, disk: str) -> Answer:
    """Grow the disk with that index or vdisk id to `size` bytes or `size_mb`."""
    group, fields = find_group(call, uuid), Fields(call.json)
    found = [each for each in group.disks.values() if disk in (each.uuid, str(each.index))]
    if not found:
        raise missing("Disk", disk)
    size = _size_of(fields)
    fields.check()
    return accepted(call, volumes.grow_disk(call, group, found[0], size))


@V2.add("POST", GROUP + "/attach")
def attach(call: Call, uuid: str) -> Answer:
    """The VM gets the group's disks."""
    fields = _operation(call, "ATTACH")
    vm_uuid, index = fields.text("vm_uuid"), fields.optional("index", None)
    fields.check()
    return accepted(call, volumes.attach(call, find_group(call, uuid), vm_uuid, index))


@V2.add("POST", GROUP + "/detach")
def detach(call: Call, uuid: str) -> Answer:
    """The VM loses the group's disks."""
    fields = _operation(call, "DETACH")
    if call.knobs.v2_detach_body == "vm":
        fields.refuse_unknown("vm_uuid")
    vm_uuid = fields.text("vm_uuid")
    fields.check()
    return accepted(call, volumes.detach(call, find_group(call, uuid), vm_uuid))


@V2.add("POST", GROUP + "/open")
def open_for_client(call: Call, uuid: str) -> Answer:
    """An iSCSI client may reach the group."""
    fields = _operation(call, "ATTACH")
    client = fields.text("iscsi_client.client_address")
    fields.check()
    return initiators.open_group(call, find_group(call, uuid), client)


@V2.add("POST", GROUP + "/close")
def close_for_client(call: Call, uuid: str) -> Answer:
    """An iSCSI client may no longer reach the group."""
    fields = _operation(call, "DETACH")
    client = fields.text("iscsi_client.client_address")
    fields.check()
    return initiators.close_group(call, find_group(call, uuid), client)


def _operation(call: Call, expected: str) -> Fields:
    fields = Fields(call.json)
    if fields.optional("operation", expected) != expected:
        raise Refused(422, "", "", f"The operation must be {expected}.")
    return fields


def _disk_from(call: Call, item: dict, *, usual_index: int) -> VolumeDisk:
    known = call.knobs.v2_disk_spec
    names = ("create_spec", "create_config") if known == "both" else (known,)
    spec = next((item[name] for name in names if item.get(name)), {})
    fields = Fields(spec)
    container = fields.optional("container_uuid", "")
    container = container or fields.text("storage_container_uuid")
    size = _size_of(fields)
    fields.check()
    index = item.get("index", usual_index)
    uuid = call.state.new_uuid()
    return VolumeDisk(uuid=uuid, index=index, size_bytes=size, container=container)


def _size_of(fields: Fields) -> int:
    if fields.optional("size", None) is not None:
        return fields.number("size", low=MIB, high=LARGEST_MIB * MIB)
    return fields.number("size_mb", low=1, high=LARGEST_MIB) * MIB


def _shown(call: Call, group: VolumeGroup) -> dict:
    attachments = [
        {"vm_uuid": vm, "iscsi_initiator_name": None, "client_uuid": None}
        for vm in group.attachments
    ]
    attachments += [
        {"vm_uuid": None, "iscsi_initiator_name": name, "client_uuid": uuid}
        for uuid, name in group.iscsi_clients.items()
    ]
    return {
        "uuid": group.uuid,
        "name": group.name,
        "description": group.description,
        "is_shared": group.shared,
        "iscsi_target_name": group.target_name,
        "disk_list": [_disk_json(call, each) for each in group.disks.values()],
        "attachment_list": attachments,
    }


def _disk_json(call: Call, disk: VolumeDisk) -> dict:
    shown = {
        "index": disk.index,
        "storage_container_uuid": disk.container,
        "vmdisk_uuid": disk.uuid,
    }
    if call.query.get("include_disk_size") == "true":
        shown["vmdisk_size_bytes"] = disk.size_bytes
    return shown


def find_group(call: Call, uuid: str) -> VolumeGroup:
    """The volume group, or 404."""
    if uuid not in call.state.volume_groups:
        raise missing("Volume group", uuid)
    return call.state.volume_groups[uuid]
