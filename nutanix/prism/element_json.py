"""Reads what Prism Element (v2) answers into our words."""

from typing import Any

from nutanix.prism.addresses import first_useful
from nutanix.prism.types import VM, ContainerInfo, ImageInfo, SubnetInfo, TaskState

# Spelled differently by different versions (nutanix.md 2.0.2).
_STATES = {
    "succeeded": "succeeded", "failed": "failed", "failure": "failed", "aborted": "canceled",
    "queued": "queued",
}
_KINDS = {
    "vm": "vm", "volumegroup": "volume_group", "volume_group": "volume_group", "image": "image",
}


def hypervisors_of(found: dict[str, Any]) -> tuple[str, ...]:
    """As v4 calls them: AHV is kKvm here (nutanix.md 2.2)."""
    said = found.get("hypervisor_types") or ()
    return tuple("AHV" if each == "kKvm" else str(each).removeprefix("k") for each in said)


# v2 does not say which containers are Prism's own; this one is on every cluster.
_INTERNAL = "NutanixManagementShare"


def is_internal(found: dict[str, Any]) -> bool:
    """A storage container that is not for us."""
    return bool(found.get("marked_for_removal")) or found.get("name") == _INTERNAL


def container_of(found: dict[str, Any]) -> ContainerInfo:
    stats = found.get("usage_stats") or {}
    free = stats.get("storage.free_bytes")
    return ContainerInfo(
        ext_id=found["storage_container_uuid"], name=found["name"],
        capacity_bytes=found.get("max_capacity"), free_bytes=int(free) if free else None,
        replication_factor=found.get("replication_factor"),
    )


def image_of(found: dict[str, Any]) -> ImageInfo | None:
    """None for what no machine can be made from."""
    is_active = str(found.get("image_state") or "ACTIVE").upper() == "ACTIVE"
    is_disk = "DISK" in str(found.get("image_type") or "").upper()
    if found.get("deleted") or not is_active or not is_disk or not found.get("vm_disk_id"):
        return None
    return ImageInfo(
        ext_id=found["vm_disk_id"], name=found["name"], uuid=found["uuid"],
        size_bytes=found.get("vm_disk_size") or 0, description=found.get("annotation") or "",
    )


def subnet_of(found: dict[str, Any]) -> SubnetInfo:
    config = found.get("ip_config") or {}
    network = config.get("network_address") or ""
    return SubnetInfo(
        ext_id=found["uuid"], name=found["name"], managed=bool(network),
        vlan=found.get("vlan_id"),
        network=f"{network}/{config.get('prefix_length')}" if network else "",
    )


def vm_of(found: dict[str, Any]) -> VM:
    nics = found.get("vm_nics") or []
    addresses = [
        address for nic in nics
        for address in (nic.get("ip_address"), *(nic.get("ip_addresses") or []))
    ]
    return VM(
        ext_id=found["uuid"], name=found.get("name") or "",
        description=found.get("description") or "",
        is_on=str(found.get("power_state") or "").lower() == "on",
        address=first_useful(addresses), has_nic=bool(nics),
        cpus=(found.get("num_vcpus") or 0) * (found.get("num_cores_per_vcpu") or 1),
        memory_mib=found.get("memory_mb") or 0,
        volume_groups=tuple(
            group for disk in found.get("vm_disk_info") or []
            if (group := (disk.get("disk_address") or {}).get("volume_group_uuid"))
        ),
    )


def task_of(ref: str, found: dict[str, Any]) -> TaskState:
    status = _STATES.get(str(found.get("progress_status") or "").lower(), "running")
    response = found.get("meta_response") or {}
    message = str(response.get("error_detail") or "")
    if status == "failed" and not message:
        message = "Prism gave no reason."
    entities = [
        (_KINDS.get(str(each.get("entity_type") or "").lower(), ""), str(each["entity_id"]))
        for each in found.get("entity_list") or [] if each.get("entity_id")
    ]
    return TaskState(
        ref=ref, status=status, progress=int(found.get("percentage_complete") or 0),
        message=message, code=str(response.get("error_code") or ""), entities=tuple(entities),
    )
