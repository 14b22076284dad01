"""Prism Central (v4): what is there, machines, volume groups."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from nutanix.prism.availability import ha_of
from nutanix.prism.errors import Invalid, NotAllowed, NotFound
from nutanix.prism.sentences import no_prism
from nutanix.prism.session import PrismSession
from nutanix.prism.types import (
    ClusterInfo,
    ContainerInfo,
    HAState,
    PrismFacts,
    SubnetInfo,
    TaskState,
)
from nutanix.prism.v4 import NEWEST, V4, quoted
from nutanix.prism.v4_images import Images
from nutanix.prism.v4_machines import Machines
from nutanix.prism.v4_volumes import VolumeGroups

# Prism Central lists itself as a cluster of its own kind (nutanix.md 2.2).
_ITSELF = "PRISM_CENTRAL"
_SUBNETS = "/config/subnets"


class PrismCentral(Machines, Images, VolumeGroups):
    """The v4 driver. See `types.PrismClient` for what its methods promise."""

    kind = "pc_v4"

    def __init__(self, session: PrismSession) -> None:
        self.session = session
        self.v4 = V4(session)

    def close(self) -> None:
        self.session.close()

    def __enter__(self) -> "PrismCentral":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def verify(self) -> PrismFacts:
        """Log in and look into every namespace we need; the first missing right is raised."""
        self.session.log_in_anew()
        self._require_prism()
        for namespace, path in (
            ("vmm", "/content/images"), ("vmm", "/ahv/config/vms"),
            ("networking", _SUBNETS), ("volumes", "/config/volume-groups"),
            ("prism", "/config/tasks"),
        ):
            self.v4.call("GET", namespace, path, params={"$page": 0, "$limit": 1})
        central = self._central()
        apis = {name: f"v4.{self.v4.minor(name)}" for name in NEWEST}
        return PrismFacts(kind=self.kind, name=central[0], version=central[1], apis=apis)

    def _require_prism(self) -> None:
        """Whatever answers politely could pass for an empty Prism; v4 always sends an envelope."""
        try:
            body = self.v4.call("GET", "clustermgmt", "/config/clusters").json()
        except Invalid as error:
            raise no_prism(self.session.url, error.detail) from error
        if not (isinstance(body, dict) and "metadata" in body):
            raise no_prism(self.session.url)

    def clusters(self) -> list[ClusterInfo]:
        found = self.v4.every("clustermgmt", "/config/clusters")
        return [_cluster(each) for each in found if not _is_itself(each)]

    def containers(
        self, cluster: str, search: str = "", *, with_space: bool = True
    ) -> list[ContainerInfo]:
        """Free space takes a request for each."""
        found = self.v4.every(
            "clustermgmt", "/config/storage-containers",
            filter=f"clusterExtId eq {quoted(cluster)}",
        )
        return [
            self._container(each, with_space=with_space) for each in found
            if not each.get("isInternal") and not each.get("isMarkedForRemoval")
            and search.lower() in each["name"].lower()
        ]

    def ha(self, cluster: ClusterInfo) -> HAState:
        """v4 does not know it: asked of v2, which passes it on, while it is still there."""
        path = "/PrismGateway/services/rest/v2.0/ha"
        answer = self.session.send("GET", path, params={"proxyClusterUuid": cluster.ext_id})
        found = answer.json() if answer.ok else None
        return ha_of(found if isinstance(found, dict) else {}, nodes=cluster.nodes)

    def subnets(
        self, cluster: str, search: str = "", *, most: int | None = None
    ) -> list[SubnetInfo]:
        """Those of the cluster, and overlay subnets, which belong to no single cluster."""
        wanted = f"contains(name, {quoted(search)})" if search else ""
        found = (
            _subnet(each) for each in self.v4.each("networking", _SUBNETS, filter=wanted)
            if each.get("clusterReference") in (None, cluster)
            or cluster in (each.get("clusterReferenceList") or [])
        )
        return list(islice(found, most))

    def task(self, ref: str) -> TaskState:
        return self.v4.task(ref)

    def _central(self) -> tuple[str, str]:
        try:
            found = self.v4.every("prism", "/config/domain-managers")
        except (NotAllowed, NotFound):
            return "Prism Central", ""  # only its name and version are shown: no reason to fail
        config = (found[0].get("config") or {}) if found else {}
        version = (config.get("buildInfo") or {}).get("version") or ""
        return config.get("name") or "Prism Central", version

    def _container(self, found: dict[str, Any], *, with_space: bool) -> ContainerInfo:
        ext_id = found.get("containerExtId") or found.get("extId") or ""
        return ContainerInfo(
            ext_id=ext_id, name=found["name"], capacity_bytes=found.get("maxCapacityBytes"),
            free_bytes=self._free_bytes(ext_id) if with_space else None,
            replication_factor=found.get("replicationFactor"),
        )

    def _free_bytes(self, container: str) -> int | None:
        now = datetime.now(UTC)
        span = {
            "$startTime": (now - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "$endTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        try:
            stats = self.v4.get("clustermgmt", f"/stats/storage-containers/{container}", **span)
        except (NotAllowed, NotFound):
            return None
        points = stats.get("storageFreeBytes") or []
        return int(points[-1]["value"]) if points else None


def _is_itself(found: dict[str, Any]) -> bool:
    return _ITSELF in ((found.get("config") or {}).get("clusterFunction") or [])


def _cluster(found: dict[str, Any]) -> ClusterInfo:
    config = found.get("config") or {}
    services = ((found.get("network") or {}).get("externalDataServiceIp") or {}).get("ipv4") or {}
    return ClusterInfo(
        ext_id=found["extId"], name=found["name"],
        version=(config.get("buildInfo") or {}).get("version") or "",
        nodes=(found.get("nodes") or {}).get("numberOfNodes") or 0,
        read_only=config.get("operationMode") == "READ_ONLY",
        fault_tolerance=(config.get("faultToleranceState") or {}).get("currentMaxFaultTolerance"),
        data_services_address=services.get("value") or "",
        hypervisors=tuple(config.get("hypervisorTypes") or ()),
    )


def _subnet(found: dict[str, Any]) -> SubnetInfo:
    config = ((found.get("ipConfig") or [{}])[0].get("ipv4") or {}).get("ipSubnet") or {}
    network = (config.get("ip") or {}).get("value") or ""
    return SubnetInfo(
        ext_id=found["extId"], name=found["name"], managed=bool(found.get("ipConfig")),
        vlan=found.get("networkId"),
        network=f"{network}/{config.get('prefixLength')}" if network else "",
        free_addresses=(found.get("ipUsage") or {}).get("numFreeIPs"),
    )
