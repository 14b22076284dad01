"""Prism Element (v2): the same interface for single clusters without a Prism Central.

v2 knows no request ids (nutanix.md 2.0.2): what must exist once is looked for by our mark, and a
machine gets the request id as its own id, so that a second one of that id cannot be.
"""

from typing import Any

from lib.sizes import GIB
from nutanix.prism.availability import ha_of
from nutanix.prism.element_images import ElementImages
from nutanix.prism.element_json import (
    container_of,
    hypervisors_of,
    is_internal,
    subnet_of,
    task_of,
    vm_of,
)
from nutanix.prism.element_volumes import ElementVolumes
from nutanix.prism.errors import Invalid, NotAllowed, NotFound, WrongEndpoint
from nutanix.prism.sentences import no_prism
from nutanix.prism.session import PrismSession
from nutanix.prism.types import (
    VM,
    ClusterInfo,
    ContainerInfo,
    HAState,
    PrismFacts,
    SubnetInfo,
    TaskState,
    VMSpec,
)


class PrismElement(ElementImages, ElementVolumes):
    """The v2 driver. See `types.PrismClient` for what its methods promise."""

    kind = "pe_v2"

    def __init__(self, session: PrismSession) -> None:
        self.session = session
        session.remembers_requests = False

    def close(self) -> None:
        self.session.close()

    def __enter__(self) -> "PrismElement":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def verify(self) -> PrismFacts:
        self.session.log_in_anew()
        info = self.session.send("OPTIONS", "/api/clustermgmt/unversioned/info")
        body = info.json() if info.ok else None
        if isinstance(body, dict) and str(body.get("data")).startswith("v4"):
            raise WrongEndpoint(
                f"{self.session.url} is a Prism Central, not a Prism Element.",
                advice="Choose “Prism Central (v4)”, or give the address of the cluster itself.",
            )
        try:
            found = self._get("cluster")
        except (NotFound, Invalid) as error:
            raise no_prism(self.session.url, error.detail) from error
        if not found.get("version"):
            raise no_prism(self.session.url)
        for path in ("vms/", "images/", "networks/", "volume_groups/"):
            self._get(path)
        return PrismFacts(
            kind=self.kind, name=found.get("name", ""), version=found.get("version", ""),
            apis={"v2": "v2.0"},
        )

    def clusters(self) -> list[ClusterInfo]:
        found = self._get("cluster")
        redundancy = (found.get("cluster_redundancy_state") or {}).get("current_redundancy_factor")
        return [ClusterInfo(
            ext_id=found["uuid"], name=found["name"], version=found.get("version") or "",
            nodes=found.get("num_nodes") or 0,
            read_only="read" in str(found.get("operation_mode") or "").lower(),
            fault_tolerance=redundancy - 1 if redundancy else None,
            data_services_address=found.get("cluster_external_data_services_ipaddress") or "",
            hypervisors=hypervisors_of(found),
        )]

    def containers(
        self, cluster: str, search: str = "", *, with_space: bool = True
    ) -> list[ContainerInfo]:
        found = [container_of(e) for e in self._every("storage_containers/") if not is_internal(e)]
        return [each for each in found if search.lower() in each.name.lower()]

    def ha(self, cluster: ClusterInfo) -> HAState:
        try:
            found = self._get("ha/")
        except (NotFound, NotAllowed, WrongEndpoint):
            found = {}  # only shown: no reason to fail
        return ha_of(found, nodes=cluster.nodes)

    def subnets(
        self, cluster: str, search: str = "", *, most: int | None = None
    ) -> list[SubnetInfo]:
        found = [subnet_of(each) for each in self._every("networks/")]
        return [each for each in found if search.lower() in each.name.lower()][:most]

    def find_vm(self, mark: str, *, name: str) -> VM | None:
        """By the mark alone: v2 lists everything at once, so a renamed machine is found, too."""
        return next((each for each in self._vms() if mark in each.description), None)

    def vms_named(self, name: str, cluster: str) -> list[VM]:
        return [each for each in self._vms() if each.name == name]

    def vms(self, cluster: str) -> list[VM]:
        """Every machine, ours or not: v2 lists all of them at once."""
        found = self._every(
            "vms/", include_vm_nic_config="true", include_vm_disk_config="true"
        )
        return [vm_of(each) for each in found]

    def get_vm(self, ext_id: str) -> VM:
        return vm_of(self._get(f"vms/{ext_id}", include_vm_nic_config="true"))

    def create_vm(self, spec: VMSpec, *, request_id: str) -> str:
        self.session.redact.add(spec.user_data)
        return self._change("POST", "vms/", request_id, _body(spec, request_id), makes=True)

    def resize_vm(self, ext_id: str, *, cpus: int, memory_mib: int, request_id: str) -> str:
        """Of a machine that is off; refused when it changed since it was looked at."""
        found = self._get(f"vms/{ext_id}")
        body = {
            "uuid": ext_id, "name": found.get("name"), "description": found.get("description"),
            "num_vcpus": cpus, "num_cores_per_vcpu": 1, "memory_mb": memory_mib,
            "vm_logical_timestamp": found.get("vm_logical_timestamp"),
        }
        return self._change("PUT", f"vms/{ext_id}", request_id, body)

    def power_on(self, ext_id: str, *, request_id: str) -> str:
        return self._switch(ext_id, "ON", request_id)

    def shut_down(self, ext_id: str, *, request_id: str) -> str:
        return self._switch(ext_id, "ACPI_SHUTDOWN", request_id)

    def power_off(self, ext_id: str, *, request_id: str) -> str:
        return self._switch(ext_id, "OFF", request_id)

    def restart(self, ext_id: str, *, request_id: str) -> str:
        return self._switch(ext_id, "ACPI_REBOOT", request_id)

    def reset(self, ext_id: str, *, request_id: str) -> str:
        return self._switch(ext_id, "RESET", request_id)

    def delete_vm(self, ext_id: str, *, request_id: str) -> str:
        return self._change("DELETE", f"vms/{ext_id}?delete_snapshots=true", request_id)

    def task(self, ref: str) -> TaskState:
        return task_of(ref, self._get(f"tasks/{ref}"))

    def _vms(self) -> list[VM]:
        return [vm_of(each) for each in self._every("vms/", include_vm_nic_config="true")]

    def _switch(self, ext_id: str, transition: str, request_id: str) -> str:
        body = {"transition": transition}
        return self._change("POST", f"vms/{ext_id}/set_power_state", request_id, body)


def _body(spec: VMSpec, uuid: str) -> dict[str, Any]:
    """User data is plain text here, the image is named by its disk (nutanix.md 2.8)."""
    address = {"device_bus": "scsi", "device_index": 0}
    return {
        "uuid": uuid, "name": spec.name, "description": spec.mark, "memory_mb": spec.memory_mib,
        "num_vcpus": spec.cpus, "num_cores_per_vcpu": 1, "timezone": "UTC",
        "hypervisor_type": "ACROPOLIS",
        "boot": {"boot_device_type": "disk", "disk_address": address, "uefi_boot": False},
        "vm_disks": [{
            "is_cdrom": False, "disk_address": address,
            "vm_disk_clone": {
                "disk_address": {"vmdisk_uuid": spec.image}, "minimum_size": spec.disk_gib * GIB,
            },
        }],
        "vm_nics": [
            {"network_uuid": spec.subnet, "is_connected": True, "request_ip": True}
            | ({"requested_ip_address": spec.address} if spec.address else {})
        ],
        "vm_customization_config": {
            "datasource_type": "CONFIG_DRIVE_V2", "userdata": spec.user_data,
            "files_to_inject_list": [],
        },
        "vm_features": {"AGENT_VM": False},
    }

