"""Virtual machines on Prism Central (nutanix.md 2.8, 2.9)."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from lib.sizes import GIB, MIB
from nutanix.prism.addresses import first_useful
from nutanix.prism.types import VM, VMSpec
from nutanix.prism.v4 import V4, quoted

_VMS = "/ahv/config/vms"
_AHV = "vmm.v4.ahv.config"
# What a server adds by itself and no request needs (nutanix.md 2.0).
_OUTPUT = ("$reserved", "links", "tenantId")


class Machines:
    """The part of the v4 driver that knows machines."""

    v4: V4

    def find_vm(self, mark: str, *, name: str) -> VM | None:
        """The machine of that name that carries our mark; names are not unique on AHV.

        Lists lag behind (nutanix.md 2.0): a machine just made may be missing for a while.
        """
        found = self.v4.every("vmm", _VMS, filter=f"name eq {quoted(name)}")
        return next((_vm(each) for each in found if mark in (each.get("description") or "")), None)

    def vms_named(self, name: str, cluster: str) -> list[VM]:
        """Every machine of that name on the cluster, ours or not."""
        found = self.v4.every("vmm", _VMS, filter=f"name eq {quoted(name)}")
        return [_vm(e) for e in found if (e.get("cluster") or {}).get("extId") == cluster]

    def vms(self, cluster: str) -> list[VM]:
        """Every machine of the cluster, ours or not: one request per hundred, and one more."""
        found = self.v4.each("vmm", _VMS, filter=f"cluster/extId eq {quoted(cluster)}")
        return [_vm(each) for each in found]

    def get_vm(self, ext_id: str) -> VM:
        """Raises NotFound when it is gone."""
        return _vm(self.v4.get("vmm", f"{_VMS}/{ext_id}"))

    def create_vm(self, spec: VMSpec, *, request_id: str) -> str:
        """Asked for powered off: whether v4 honours ON at create is not known."""
        self.v4.session.redact.add(spec.user_data)
        body = _body(spec, new_nic=self.v4.minor("vmm") >= 1)
        return self.v4.change(
            "POST", "vmm", _VMS, request_id=request_id, body=body, makes=True
        )

    def resize_vm(self, ext_id: str, *, cpus: int, memory_mib: int, request_id: str) -> str:
        """Of a machine that is off: less than it has cannot be given while it runs."""
        path = f"{_VMS}/{ext_id}"

        def resized(found: dict[str, Any]) -> dict[str, Any]:
            kept = {name: value for name, value in found.items() if name not in _OUTPUT}
            size = {"numSockets": cpus, "numCoresPerSocket": 1, "numThreadsPerCore": 1}
            return kept | size | {"memorySizeBytes": memory_mib * MIB}

        return self.v4.change_matching(
            "PUT", "vmm", path, of=path, request_id=request_id, body=resized
        )

    def power_on(self, ext_id: str, *, request_id: str) -> str:
        return self._act(ext_id, "power-on", request_id)

    def shut_down(self, ext_id: str, *, request_id: str) -> str:
        """Asks the guest by ACPI; it may take its time or not listen."""
        return self._act(ext_id, "shutdown", request_id)

    def power_off(self, ext_id: str, *, request_id: str) -> str:
        return self._act(ext_id, "power-off", request_id)

    def restart(self, ext_id: str, *, request_id: str) -> str:
        """Asks the guest, as shut_down does."""
        return self._act(ext_id, "reboot", request_id)

    def reset(self, ext_id: str, *, request_id: str) -> str:
        """As if its reset button were pressed."""
        return self._act(ext_id, "reset", request_id)

    def delete_vm(self, ext_id: str, *, request_id: str) -> str:
        """Detach its volume groups first."""
        path = f"{_VMS}/{ext_id}"
        return self.v4.change_matching("DELETE", "vmm", path, of=path, request_id=request_id)

    def _act(self, ext_id: str, action: str, request_id: str) -> str:
        path = f"{_VMS}/{ext_id}"
        return self.v4.change_matching(
            "POST", "vmm", f"{path}/$actions/{action}", of=path, request_id=request_id
        )


def _body(spec: VMSpec, *, new_nic: bool) -> dict[str, Any]:
    return {
        "name": spec.name,
        "description": spec.mark,
        "numSockets": spec.cpus,
        "numCoresPerSocket": 1,
        "memorySizeBytes": spec.memory_mib * MIB,
        "cluster": {"extId": spec.cluster},
        "bootConfig": {
            "$objectType": f"{_AHV}.LegacyBoot", "bootOrder": ["DISK", "CDROM", "NETWORK"]
        },
        "disks": [_disk(spec)],
        "nics": [_nic(spec, new_nic=new_nic)],
        # Some cloud images hang without a serial port (nutanix.md 2.8).
        "serialPorts": [{"isConnected": True, "index": 0}],
        "guestCustomization": {"config": _customization(spec)},
    }


def _disk(spec: VMSpec) -> dict[str, Any]:
    image = {"$objectType": f"{_AHV}.ImageReference", "imageExtId": spec.image}
    return {
        "diskAddress": {"busType": "SCSI", "index": 0},
        "backingInfo": {
            "$objectType": f"{_AHV}.VmDisk", "diskSizeBytes": spec.disk_gib * GIB,
            "dataSource": {"reference": image},
        },
    }


def _nic(spec: VMSpec, *, new_nic: bool) -> dict[str, Any]:
    """v4.0 knows only the old form; 4.1 and later deprecate it (nutanix.md 2.8)."""
    backing: dict[str, Any] = {"model": "VIRTIO", "isConnected": True}
    network: dict[str, Any] = {
        "nicType": "NORMAL_NIC", "vlanMode": "ACCESS", "subnet": {"extId": spec.subnet},
        "ipv4Config": {"shouldAssignIp": True} | (
            {"ipAddress": {"value": spec.address, "prefixLength": 32}} if spec.address else {}
        ),
    }
    if not new_nic:
        return {"backingInfo": backing, "networkInfo": network}
    kind = {"$objectType": f"{_AHV}.VirtualEthernetNic"}
    return {
        "nicBackingInfo": kind | backing,
        "nicNetworkInfo": {"$objectType": f"{_AHV}.VirtualEthernetNicNetworkInfo"} | network,
    }


def _customization(spec: VMSpec) -> dict[str, Any]:
    metadata = {"hostname": spec.host_name or spec.name, "uuid": spec.mark.split()[-1]}
    return {
        "$objectType": f"{_AHV}.CloudInit",
        "datasourceType": "CONFIG_DRIVE_V2",
        "metadata": _base64(json.dumps(metadata)),
        "cloudInitScript": {
            "$objectType": f"{_AHV}.Userdata", "value": _base64(spec.user_data)
        },
    }


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _vm(found: dict[str, Any]) -> VM:
    nics = found.get("nics") or []
    addresses = [address for nic in nics for address in _addresses(nic)]
    return VM(
        ext_id=found["extId"], name=found.get("name") or "",
        description=found.get("description") or "", is_on=found.get("powerState") == "ON",
        address=first_useful(addresses), has_nic=bool(nics),
        cpus=(found.get("numSockets") or 0) * (found.get("numCoresPerSocket") or 1),
        memory_mib=(found.get("memorySizeBytes") or 0) // MIB,
        volume_groups=tuple(_groups_among(found.get("disks") or [])),
    )


def _groups_among(disks: list[dict[str, Any]]) -> Iterator[str]:
    """An attached volume group is listed among the disks, with its id in place of a backing."""
    for disk in disks:
        group = (disk.get("backingInfo") or {}).get("volumeGroupExtId")
        if group:
            yield group


def _addresses(nic: dict[str, Any]) -> list[str]:
    """Assigned first, then learned (nutanix.md 2.9)."""
    network = nic.get("nicNetworkInfo") or nic.get("networkInfo") or {}
    assigned = (network.get("ipv4Config") or {}).get("ipAddress") or {}
    learned = (network.get("ipv4Info") or {}).get("learnedIpAddresses") or []
    return [str(each["value"]) for each in [assigned, *learned] if each.get("value")]

