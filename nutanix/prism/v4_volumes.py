"""Volume groups on Prism Central (nutanix.md 2.10)."""

from dataclasses import replace
from typing import Any

from nutanix.prism.types import VolumeDisk, VolumeGroup
from nutanix.prism.v4 import V4, quoted

_GROUPS = "/config/volume-groups"


class VolumeGroups:
    """The part of the v4 driver that knows volume groups."""

    v4: V4

    def find_volume_group(self, name: str) -> VolumeGroup | None:
        found = self.v4.every("volumes", _GROUPS, filter=f"name eq {quoted(name)}")
        return _group(found[0]) if found else None

    def volume_groups(self, cluster: str) -> list[VolumeGroup]:
        """Every volume group of the cluster, ours or not; attachments are told from v4.1 on."""
        found = self.v4.each("volumes", _GROUPS, filter=f"clusterReference eq {quoted(cluster)}")
        return [_group(each) for each in found]

    def get_volume_group(self, ext_id: str) -> VolumeGroup:
        """With the machines and iSCSI clients that have it. Raises NotFound when it is gone."""
        group = _group(self.v4.get("volumes", f"{_GROUPS}/{ext_id}"))
        machines = self.v4.every("volumes", f"{_GROUPS}/{ext_id}/vm-attachments")
        clients = self.v4.every("volumes", f"{_GROUPS}/{ext_id}/external-iscsi-attachments")
        return replace(
            group, attached_to=tuple(each["extId"] for each in machines),
            clients=tuple(each["extId"] for each in clients),
        )

    def create_volume_group(
        self, name: str, *, cluster: str, mark: str, request_id: str
    ) -> str:
        body = {
            "name": name, "description": mark, "clusterReference": cluster,
            "sharingStatus": "NOT_SHARED", "usageType": "USER",
        }
        return self.v4.change(
            "POST", "volumes", _GROUPS, request_id=request_id, body=body, makes=True
        )

    def volume_disks(self, group: str) -> list[VolumeDisk]:
        found = self.v4.every("volumes", f"{_GROUPS}/{group}/disks")
        disks = [
            VolumeDisk(
                ext_id=each["extId"], size_bytes=each["diskSizeBytes"],
                index=each.get("index") or 0, container=each.get("storageContainerId") or "",
            )
            for each in found
        ]
        return sorted(disks, key=lambda disk: disk.index)

    def add_disk(
        self, group: str, *, container: str, size_bytes: int, request_id: str
    ) -> str:
        body = {
            "index": 0,
            "diskSizeBytes": size_bytes,
            "diskDataSourceReference": {
                "$objectType": "common.v1.config.EntityReference", "extId": container,
                "entityType": "STORAGE_CONTAINER",
            },
        }
        path = f"{_GROUPS}/{group}/disks"
        return self.v4.change(
            "POST", "volumes", path, request_id=request_id, body=body, makes=True
        )

    def attach(self, group: str, vm: str, *, request_id: str) -> str:
        """Without an index: Prism takes a free one."""
        path = f"{_GROUPS}/{group}/$actions/attach-vm"
        return self.v4.change("POST", "volumes", path, request_id=request_id, body={"extId": vm})

    def detach(self, group: str, vm: str, *, request_id: str) -> str:
        path = f"{_GROUPS}/{group}/$actions/detach-vm"
        return self.v4.change("POST", "volumes", path, request_id=request_id, body={"extId": vm})

    def close_to(self, group: str, client: str, *, request_id: str) -> str:
        """The iSCSI client loses the group."""
        path = f"{_GROUPS}/{group}/$actions/detach-iscsi-client"
        body = {"extId": client}
        return self.v4.change("POST", "volumes", path, request_id=request_id, body=body)

    def grow_disk(self, group: str, disk: str, size_bytes: int, *, request_id: str) -> str:
        path = f"{_GROUPS}/{group}/disks/{disk}"

        def grown(found: dict[str, Any]) -> dict[str, Any]:
            kept = {name: found[name] for name in ("index", "diskDataSourceReference")
                    if name in found}
            return kept | {"diskSizeBytes": size_bytes}

        return self.v4.change_matching(
            "PUT", "volumes", path, of=path, request_id=request_id, body=grown
        )

    def delete_volume_group(self, group: str, *, request_id: str) -> str:
        """With all its data; it must be detached."""
        return self.v4.change("DELETE", "volumes", f"{_GROUPS}/{group}", request_id=request_id)


def _group(found: dict[str, Any]) -> VolumeGroup:
    return VolumeGroup(
        ext_id=found["extId"], name=found["name"], description=found.get("description") or "",
        attached_to=tuple(
            each["extId"] for each in found.get("attachments") or [] if each.get("extId")
        ),
    )
