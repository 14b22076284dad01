"""Volume groups on Prism Element (nutanix.md 2.10)."""

import contextlib
from typing import Any

from lib.sizes import MIB
from nutanix.prism.element_calls import ElementCalls
from nutanix.prism.errors import Invalid
from nutanix.prism.types import VolumeDisk, VolumeGroup


class ElementVolumes(ElementCalls):
    """The part of the v2 driver that knows volume groups."""

    def find_volume_group(self, name: str) -> VolumeGroup | None:
        return next((each for each in self.volume_groups("") if each.name == name), None)

    def volume_groups(self, cluster: str) -> list[VolumeGroup]:
        return [_group(each) for each in self._every("volume_groups/")]

    def get_volume_group(self, ext_id: str) -> VolumeGroup:
        return _group(self._get(f"volume_groups/{ext_id}"))

    def create_volume_group(
        self, name: str, *, cluster: str, mark: str, request_id: str
    ) -> str:
        body = {"name": name, "description": mark, "is_shared": False, "disk_list": []}
        return self._change("POST", "volume_groups", request_id, body, makes=True)

    def volume_disks(self, group: str) -> list[VolumeDisk]:
        found = self._get(f"volume_groups/{group}", include_disk_size="true")
        disks = [
            VolumeDisk(
                ext_id=each["vmdisk_uuid"], size_bytes=each.get("vmdisk_size_bytes") or 0,
                index=each.get("index") or 0, container=each.get("storage_container_uuid") or "",
            )
            for each in found.get("disk_list") or []
        ]
        return sorted(disks, key=lambda disk: disk.index)

    def add_disk(
        self, group: str, *, container: str, size_bytes: int, request_id: str
    ) -> str:
        """In the older spelling; in the newer one when that is refused (nutanix.md 2.10)."""
        path, old = f"volume_groups/{group}/disks", {
            "create_spec": {"container_uuid": container, "size_mb": size_bytes // MIB},
            "volume_group_uuid": group,
        }
        new = {
            "create_config": {"storage_container_uuid": container, "size": size_bytes},
            "volume_group_uuid": group,
        }
        with contextlib.suppress(Invalid):
            return self._change("POST", path, request_id, old, makes=True)
        return self._change("POST", path, request_id, new, makes=True)

    def attach(self, group: str, vm: str, *, request_id: str) -> str:
        body = {"operation": "ATTACH", "uuid": group, "vm_uuid": vm}
        return self._change("POST", f"volume_groups/{group}/attach", request_id, body)

    def detach(self, group: str, vm: str, *, request_id: str) -> str:
        """As it is attached; with the machine alone when that is refused (nutanix.md 2.10)."""
        path, body = f"volume_groups/{group}/detach", {"vm_uuid": vm}
        with contextlib.suppress(Invalid):
            full = {"operation": "DETACH", "uuid": group} | body
            return self._change("POST", path, request_id, full)
        return self._change("POST", path, request_id, body)

    def close_to(self, group: str, client: str, *, request_id: str) -> str:
        """The iSCSI client loses the group; done at once, without a task."""
        body = {"iscsi_client": {"client_address": client}, "operation": "DETACH"}
        return self._change("POST", f"volume_groups/{group}/close", request_id, body)

    def grow_disk(self, group: str, disk: str, size_bytes: int, *, request_id: str) -> str:
        path = f"volume_groups/{group}/disks/{disk}"
        return self._change("PUT", path, request_id, {"size": size_bytes})

    def delete_volume_group(self, group: str, *, request_id: str) -> str:
        return self._change("DELETE", f"volume_groups/{group}", request_id)


def _group(found: dict[str, Any]) -> VolumeGroup:
    attachments = found.get("attachment_list") or []
    attached = [each.get("vm_uuid") for each in attachments]
    clients = [each.get("iscsi_initiator_name") for each in attachments]
    return VolumeGroup(
        ext_id=found["uuid"], name=found["name"], description=found.get("description") or "",
        attached_to=tuple(vm for vm in attached if vm),
        clients=tuple(client for client in clients if client),
    )
