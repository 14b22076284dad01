"""v4 volume groups: create, attach to a VM, detach, delete (nutanix.md 2.10)."""

from lab.prism import volumes
from lab.prism.call import Answer, Call
from lab.prism.entities import VolumeDisk, VolumeGroup
from lab.prism.fields import Fields
from lab.prism.paging import visible
from lab.prism.refusals import Refused
from lab.prism.v4.envelope import accepted, entity, many, one, typed
from lab.prism.v4.routes import V4

CONFIG = "volumes.v4.config"
GROUPS = "/volumes/config/volume-groups"
GROUP = GROUPS + "/{uuid}"
SHARING = ("NOT_SHARED", "SHARED")
SMALLEST_DISK, LARGEST_DISK = 524_288, 219_902_325_555_200


@V4.add("GET", GROUPS)
def list_groups(call: Call) -> Answer:
    """Every volume group."""
    shown = [group_json(call, each) for each in visible(call, call.state.volume_groups)]
    return many(call, shown, f"{CONFIG}.ListVolumeGroupsApiResponse")


@V4.add("GET", GROUP)
def get_group(call: Call, uuid: str) -> Answer:
    """One volume group."""
    group = find_group(call, uuid)
    response = f"{CONFIG}.GetVolumeGroupApiResponse"
    return one(call, group_json(call, group), response, of=group)


@V4.add("POST", GROUPS)
def create_group(call: Call) -> Answer:
    """Accept a volume group, with or without disks."""
    fields = Fields(call.json)
    group = VolumeGroup(
        uuid=call.state.new_uuid(),
        name=fields.text("name", longest=256),
        description=fields.optional("description", ""),
        cluster=fields.text("clusterReference"),
        shared=fields.optional("sharingStatus", SHARING[0]) == "SHARED",
        usage=fields.optional("usageType", "USER"),
    )
    if fields.optional("sharingStatus", SHARING[0]) not in SHARING:
        fields.problems.append(("sharingStatus", f"must be one of {', '.join(SHARING)}"))
    for at, item in enumerate(fields.items("disks")):
        disk = disk_from(call, Fields(item), usual_index=at)
        group.disks[disk.uuid] = disk
    fields.check()
    if group.cluster not in call.state.clusters:
        text = f"The cluster '{group.cluster}' is not found."
        raise Refused(404, "VOL-40301", "VOLUME_UNKNOWN_ENTITY_ERROR", text)
    task = volumes.create(call, group)
    return accepted(call, task, f"{CONFIG}.CreateVolumeGroupApiResponse")


@V4.add("DELETE", GROUP)
def delete_group(call: Call, uuid: str) -> Answer:
    """Delete a volume group and its data."""
    task = volumes.delete(call, find_group(call, uuid))
    return accepted(call, task, f"{CONFIG}.DeleteVolumeGroupApiResponse")


@V4.add("POST", GROUP + "/$actions/attach-vm")
def attach_vm(call: Call, uuid: str) -> Answer:
    """The VM gets the group's disks."""
    group, fields = find_group(call, uuid), Fields(call.json)
    vm_uuid = fields.text("extId")
    index = fields.optional("index", None)
    fields.check()
    task = volumes.attach(call, group, vm_uuid, index)
    return accepted(call, task, f"{CONFIG}.AttachVmApiResponse")


@V4.add("POST", GROUP + "/$actions/detach-vm")
def detach_vm(call: Call, uuid: str) -> Answer:
    """The VM loses the group's disks."""
    group, fields = find_group(call, uuid), Fields(call.json)
    vm_uuid = fields.text("extId")
    fields.check()
    task = volumes.detach(call, group, vm_uuid)
    return accepted(call, task, f"{CONFIG}.DetachVmApiResponse")


@V4.add("POST", GROUP + "/$actions/detach-iscsi-client")
def detach_iscsi_client(call: Call, uuid: str) -> Answer:
    """The iSCSI client may no longer reach the group."""
    group, fields = find_group(call, uuid), Fields(call.json)
    client = fields.text("extId")
    fields.check()
    task = volumes.close(call, group, client)
    return accepted(call, task, f"{CONFIG}.DetachIscsiClientApiResponse")


@V4.add("GET", GROUP + "/vm-attachments")
def list_vm_attachments(call: Call, uuid: str) -> Answer:
    """The VMs to which the group is attached."""
    attachments = find_group(call, uuid).attachments.items()
    shown = [typed(f"{CONFIG}.VmAttachment", extId=vm, index=index) for vm, index in attachments]
    return many(call, shown, f"{CONFIG}.ListVmAttachmentsApiResponse")


@V4.add("GET", GROUP + "/external-iscsi-attachments")
def list_iscsi_attachments(call: Call, uuid: str) -> Answer:
    """The iSCSI clients that may reach the group."""
    clients = find_group(call, uuid).iscsi_clients
    shown = [typed(f"{CONFIG}.IscsiClientAttachment", extId=each) for each in clients]
    return many(call, shown, f"{CONFIG}.ListExternalIscsiAttachmentsApiResponse")


def group_json(call: Call, group: VolumeGroup) -> dict:
    """A volume group in v4's spelling."""
    kind = "DIRECT" if group.attachments else "EXTERNAL" if group.iscsi_clients else "NONE"
    shown = entity(
        f"{CONFIG}.VolumeGroup",
        group,
        name=group.name,
        description=group.description,
        targetName=group.target_name,
        sharingStatus=SHARING[group.shared],
        attachmentType=kind,
        protocol="ISCSI",
        enabledAuthentications="NONE",
        clusterReference=group.cluster,
        createdBy="admin",
        usageType=group.usage,
        isHidden=False,
    )
    if call.minor >= 1:
        shown["attachments"] = [
            typed(f"{CONFIG}.VGAttachment", extId=vm, index=index)
            for vm, index in group.attachments.items()
        ]
    return shown


def disk_from(call: Call, fields: Fields, *, usual_index: int) -> VolumeDisk:
    """The disk that a body describes; raises Invalid."""
    disk = VolumeDisk(
        uuid=call.state.new_uuid(),
        index=fields.number("index", low=0, high=16383, usual=usual_index),
        size_bytes=fields.number("diskSizeBytes", low=SMALLEST_DISK, high=LARGEST_DISK),
        container=fields.text("diskDataSourceReference.extId"),
        description=fields.optional("description", ""),
    )
    fields.check()
    return disk


def find_group(call: Call, uuid: str) -> VolumeGroup:
    """The volume group, or Refused the way Prism does."""
    if uuid not in call.state.volume_groups:
        text = f"The volume group with UUID '{uuid}' is not found."
        raise Refused(404, "VOL-40301", "VOLUME_UNKNOWN_ENTITY_ERROR", text)
    return call.state.volume_groups[uuid]
