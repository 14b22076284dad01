"""v2 cluster, hosts, HA and storage containers (nutanix.md 2.2 to 2.4)."""

from lab.prism.call import Answer, Call
from lab.prism.inventory import Cluster, Container, Host
from lab.prism.v2.listing import many, missing
from lab.prism.v2.routes import V2

HOST_STATES = {"ACROPOLIS_NORMAL": "kAcropolisNormal"}


@V2.add("GET", "/v2.0/cluster")
def get_cluster(call: Call) -> Answer:
    """The cluster that this address stands for."""
    return Answer(200, cluster_json(call, _own(call)))


@V2.add("GET", "/v2.0/clusters")
def list_clusters(call: Call) -> Answer:
    """The same as a list of one."""
    return many(call, [cluster_json(call, _own(call))])


@V2.add("GET", "/v2.0/hosts")
def list_hosts(call: Call) -> Answer:
    """The nodes of the cluster."""
    own = _own(call).uuid
    hosts = [each for each in call.state.hosts.values() if each.cluster == own]
    return many(call, [_host_json(call, each) for each in hosts])


@V2.add("GET", "/v2.0/ha")
def get_ha(call: Call) -> Answer:
    """Whether AHV restarts machines elsewhere."""
    single = "ONE_NODE" in _own(call).functions
    return Answer(
        200,
        {
            "failover_enabled": not single,
            "num_host_failures_to_tolerate": 0 if single else 1,
            "reservation_type": "NoReservations" if single else call.knobs.ha_reservation,
            "ha_state": "BestEffort" if single else call.knobs.ha_state,
            "failover_in_progress_host_uuids": None,
            "logical_timestamp": 1,
        },
    )


@V2.add("GET", "/v2.0/cluster/domain_fault_tolerance_status/NODE")
def get_fault_tolerance(call: Call) -> Answer:
    """How many nodes storage may lose."""
    tolerable = {"number_of_failures_tolerable": _own(call).fault_tolerance}
    components = {"EXTENT_GROUPS": tolerable, "METADATA": tolerable}
    return Answer(200, [{"domain_type": "NODE", "component_fault_tolerance_status": components}])


@V2.add("GET", "/v2.0/storage_containers")
def list_containers(call: Call) -> Answer:
    """The storage containers of the cluster."""
    own = _own(call).uuid
    found = [each for each in call.state.containers.values() if each.cluster == own]
    return many(call, [container_json(each) for each in found])


@V2.add("GET", "/v2.0/storage_containers/{uuid}")
def get_container(call: Call, uuid: str) -> Answer:
    """One storage container."""
    if uuid not in call.state.containers:
        raise missing("Storage container", uuid)
    return Answer(200, container_json(call.state.containers[uuid]))


def _own(call: Call) -> Cluster:
    """The AHV cluster; Prism Central itself when nobody is named."""
    named = call.state.clusters.get(call.query.get("proxyClusterUuid", ""))
    if named or call.knobs.role == "pe" or "proxyClusterUuid" in call.query:
        return named or call.state.cluster
    return next(each for each in call.state.clusters.values() if each.is_prism_central)


def cluster_json(call: Call, cluster: Cluster) -> dict:
    """The cluster in v2's spelling."""
    hosts = [each for each in call.state.hosts.values() if each.cluster == cluster.uuid]
    version = call.knobs.product if cluster.is_prism_central else cluster.aos_version
    return {
        "id": f"{cluster.uuid}::1",
        "uuid": cluster.uuid,
        "cluster_uuid": cluster.uuid,
        "name": cluster.name,
        "version": version,
        "full_version": version,
        "num_nodes": len(hosts),
        "hypervisor_types": [] if cluster.is_prism_central else ["kKvm"],
        "cluster_external_ipaddress": cluster.address,
        "cluster_external_data_services_ipaddress": cluster.data_services_address,
        "operation_mode": cluster.operation_mode.capitalize(),
        "cluster_redundancy_state": {
            "current_redundancy_factor": cluster.redundancy_factor,
            "desired_redundancy_factor": cluster.redundancy_factor,
        },
        "name_servers": list(cluster.name_servers),
        "ntp_servers": [],
        "timezone": "UTC",
    }


def _host_json(call: Call, host: Host) -> dict:
    running = [vm for vm in call.state.vms.values() if vm.host == host.uuid]
    return {
        "uuid": host.uuid,
        "name": host.name,
        "hypervisor_type": "kKvm",
        "hypervisor_full_name": "Nutanix 20240101.1",
        "hypervisor_address": host.address,
        "hypervisor_state": HOST_STATES.get(host.state, host.state),
        "acropolis_connection_state": "k" + host.connection.capitalize(),
        "state": host.node_status,
        "num_vms": len(running),
        "num_cpu_cores": host.cores,
        "memory_capacity_in_bytes": host.memory_bytes,
        "service_vmexternal_ip": host.controller_address,
        "cluster_uuid": host.cluster,
        "host_in_maintenance_mode": host.state == "ENTERED_MAINTENANCE_MODE",
    }


def container_json(container: Container) -> dict:
    """A container in v2's spelling; the numbers of its use are texts."""
    return {
        "id": f"{container.cluster}::{container.uuid[:8]}",
        "storage_container_uuid": container.uuid,
        "name": container.name,
        "cluster_uuid": container.cluster,
        "replication_factor": container.replication_factor,
        "max_capacity": container.capacity_bytes,
        "marked_for_removal": container.marked_for_removal,
        "usage_stats": {
            "storage.capacity_bytes": str(container.capacity_bytes),
            "storage.free_bytes": str(container.free_bytes),
            "storage.usage_bytes": str(container.used_bytes),
        },
    }
