"""v4 clusters and hosts (nutanix.md 2.2), and Prism Central's own facts (2.1)."""

from lab.prism.call import Answer, Call
from lab.prism.inventory import Cluster, Host
from lab.prism.paging import visible
from lab.prism.refusals import Refused
from lab.prism.v4.envelope import entity, ip_address, ipv4, many, one, typed
from lab.prism.v4.routes import V4

CONFIG = "clustermgmt.v4.config"


@V4.add("GET", "/clustermgmt/config/clusters")
def list_clusters(call: Call) -> Answer:
    """Every cluster, Prism Central's own pseudo cluster included."""
    shown = [cluster_json(call, each) for each in visible(call, call.state.clusters)]
    return many(call, shown, f"{CONFIG}.ListClustersApiResponse")


@V4.add("GET", "/clustermgmt/config/clusters/{uuid}")
def get_cluster(call: Call, uuid: str) -> Answer:
    """One cluster."""
    cluster = _cluster(call, uuid)
    return one(call, cluster_json(call, cluster), f"{CONFIG}.GetClusterApiResponse", of=cluster)


@V4.add("GET", "/clustermgmt/config/clusters/{uuid}/hosts")
def list_cluster_hosts(call: Call, uuid: str) -> Answer:
    """The hosts of one cluster."""
    cluster = _cluster(call, uuid)
    hosts = [each for each in call.state.hosts.values() if each.cluster == cluster.uuid]
    shown = [host_json(call, each) for each in hosts]
    return many(call, shown, f"{CONFIG}.ListClusterHostsApiResponse")


@V4.add("GET", "/clustermgmt/config/hosts")
def list_hosts(call: Call) -> Answer:
    """The hosts of all clusters."""
    shown = [host_json(call, each) for each in visible(call, call.state.hosts)]
    return many(call, shown, f"{CONFIG}.ListHostsApiResponse")


@V4.add("GET", "/prism/config/domain-managers")
def list_domain_managers(call: Call) -> Answer:
    """Prism Central itself: name and version."""
    central = next(each for each in call.state.clusters.values() if each.is_prism_central)
    build = typed("clustermgmt.v4.config.BuildInfo", version=call.knobs.product)
    config = typed("prism.v4.config.DomainManagerClusterConfig", name=central.name, buildInfo=build)
    shown = entity("prism.v4.config.DomainManager", central, config=config)
    return many(call, [shown], "prism.v4.config.ListDomainManagerApiResponse")


def cluster_json(call: Call, cluster: Cluster) -> dict:
    """A cluster in v4's spelling."""
    return entity(
        f"{CONFIG}.Cluster",
        cluster,
        name=cluster.name,
        nodes=_nodes(call, cluster),
        config=_config(call, cluster),
        network=_network(cluster),
        upgradeStatus="SUCCEEDED",
        vmCount=sum(vm.cluster == cluster.uuid for vm in call.state.vms.values()),
    )


def _nodes(call: Call, cluster: Cluster) -> dict:
    hosts = [each for each in call.state.hosts.values() if each.cluster == cluster.uuid]
    items = [
        typed(
            f"{CONFIG}.NodeListItemReference",
            nodeUuid=host.uuid,
            hostIp=ip_address(host.address),
            controllerVmIp=ip_address(host.controller_address),
        )
        for host in hosts
    ]
    return typed(f"{CONFIG}.NodeReference", numberOfNodes=len(hosts), nodeList=items)


def _config(call: Call, cluster: Cluster) -> dict:
    central = cluster.is_prism_central
    version = call.knobs.product if central else cluster.aos_version
    tolerance = typed(
        f"{CONFIG}.FaultToleranceState",
        currentMaxFaultTolerance=cluster.fault_tolerance,
        desiredMaxFaultTolerance=cluster.fault_tolerance,
        domainAwarenessLevel="NODE",
        currentClusterFaultTolerance=f"CFT_{cluster.fault_tolerance}N_OR_"
        f"{cluster.fault_tolerance}D",
    )
    return typed(
        f"{CONFIG}.ClusterConfigReference",
        buildInfo=typed(f"{CONFIG}.BuildInfo", version=version, buildType="release"),
        hypervisorTypes=[] if central else ["AHV"],
        clusterFunction=list(cluster.functions),
        redundancyFactor=cluster.redundancy_factor,
        isAvailable=True,
        operationMode=cluster.operation_mode,
        timezone="UTC",
        incarnationId=1,
        faultToleranceState=tolerance,
    )


def _network(cluster: Cluster) -> dict:
    return typed(
        f"{CONFIG}.ClusterNetworkReference",
        externalAddress=ip_address(cluster.address),
        externalDataServiceIp=ip_address(cluster.data_services_address),
        fqdn=None,
        nameServerIpList=[
            typed("common.v1.config.IPAddressOrFQDN", ipv4=ipv4(each))
            for each in cluster.name_servers
        ],
        ntpServerIpList=[],
    )


def host_json(call: Call, host: Host) -> dict:
    """A host in v4's spelling."""
    cluster = call.state.clusters[host.cluster]
    return entity(
        f"{CONFIG}.Host",
        host,
        hostName=host.name,
        hostType="HYPER_CONVERGED",
        hypervisor=_hypervisor(call, host),
        cluster=typed(f"{CONFIG}.ClusterReference", uuid=cluster.uuid, name=cluster.name),
        nodeStatus=host.node_status,
        maintenanceState=host.maintenance_state,
        numberOfCpuCores=host.cores,
        memorySizeBytes=host.memory_bytes,
        isDegraded=False,
    )


def _hypervisor(call: Call, host: Host) -> dict:
    running = [vm for vm in call.state.vms.values() if vm.host == host.uuid]
    return typed(
        f"{CONFIG}.HypervisorReference",
        externalAddress=ip_address(host.address),
        fullName="Nutanix 20240101.1",
        type="AHV",
        numberOfVms=len(running),
        state=host.state,
        acropolisConnectionState=host.connection,
    )


def _cluster(call: Call, uuid: str) -> Cluster:
    if uuid not in call.state.clusters:
        text = f"The cluster with UUID '{uuid}' is not found."
        raise Refused(404, "CLU-10004", "ENTITY_NOT_FOUND", text)
    return call.state.clusters[uuid]
