"""The v1 and v0.8 calls of the Docker volume plugin (nutanix.md 5.2)."""

from lab.prism import initiators, volumes
from lab.prism.call import Answer, Call
from lab.prism.entities import VolumeDisk, VolumeGroup
from lab.prism.fields import Fields
from lab.prism.inventory import Container
from lab.prism.tasks import Task
from lab.prism.v2.listing import many
from lab.prism.v2.routes import V2
from lab.prism.v2.volume_groups import MIB, find_group

GROUPS = "/v0.8/volume_groups"
GROUP = GROUPS + "/{uuid}"


@V2.add("GET", "/v1/containers")
def list_containers(call: Call) -> Answer:
    """The containers whose name contains `searchString`."""
    return many(call, [_container_json(each) for each in call.state.containers.values()])


@V2.add("GET", GROUPS)
def list_groups(call: Call) -> Answer:
    """Every volume group, as a bare array."""
    return Answer(200, [_shown(call, each) for each in call.state.volume_groups.values()])


@V2.add("GET", GROUP)
def get_group(call: Call, uuid: str) -> Answer:
    """One volume group."""
    return Answer(200, _shown(call, find_group(call, uuid)))


@V2.add("POST", GROUPS)
def create_group(call: Call) -> Answer:
    """Accept a volume group with its disks."""
    fields = Fields(call.json)
    group = VolumeGroup(
        uuid=call.state.new_uuid(),
        name=fields.text("name"),
        description=fields.optional("annotation", ""),
        cluster=call.state.cluster.uuid,
        shared=fields.optional("isShared", False),
    )
    for at, item in enumerate(fields.items("diskList")):
        spec = Fields(item.get("createConfig") or item.get("createSpec") or {})
        disk = VolumeDisk(
            uuid=call.state.new_uuid(),
            index=at,
            size_bytes=spec.number("sizeMb", low=1, high=1024**3) * MIB,
            container=spec.optional("containerUuid", "") or spec.text("containerId"),
        )
        spec.check()
        group.disks[disk.uuid] = disk
    fields.check()
    return _accepted(volumes.create(call, group))


@V2.add("DELETE", GROUP)
def delete_group(call: Call, uuid: str) -> Answer:
    """Delete a volume group and its data."""
    return _accepted(volumes.delete(call, find_group(call, uuid)))


@V2.add("POST", GROUP + "/open")
def open_for_client(call: Call, uuid: str) -> Answer:
    """An iSCSI client may reach the group."""
    return initiators.open_group(call, find_group(call, uuid), _client(call))


@V2.add("POST", GROUP + "/close")
def close_for_client(call: Call, uuid: str) -> Answer:
    """An iSCSI client may no longer reach the group."""
    return initiators.close_group(call, find_group(call, uuid), _client(call))


def _client(call: Call) -> str:
    fields = Fields(call.json)
    client = fields.optional("iscsiClient.iscsiInitiatorName", "")
    client = client or fields.text("iscsiClient.clientAddress")
    fields.check()
    return client


def _accepted(task: Task) -> Answer:
    return Answer(200, {"taskUuid": task.uuid})


def _container_json(container: Container) -> dict:
    return {
        "id": f"{container.cluster}::{container.uuid[:8]}",
        "containerUuid": container.uuid,
        "name": container.name,
        "clusterUuid": container.cluster,
        "maxCapacity": container.capacity_bytes,
        "usageStats": {"storage.free_bytes": str(container.free_bytes)},
    }


def _shown(call: Call, group: VolumeGroup) -> dict:
    with_size = call.query.get("includeDiskSize", "").lower() == "true"
    return {
        "uuid": group.uuid,
        "name": group.name,
        "iscsiTarget": f"iqn.2010-06.com.nutanix:{group.target_name}",
        "isShared": group.shared,
        "diskList": [
            {
                "index": disk.index,
                "containerId": disk.container,
                "vmDiskUuid": disk.uuid,
                **({"vmDiskSizeBytes": disk.size_bytes} if with_size else {}),
            }
            for disk in group.disks.values()
        ],
        "attachmentList": [
            {"iscsiInitiatorName": name, "clientUuid": uuid}
            for uuid, name in group.iscsi_clients.items()
        ],
    }
