"""What a fresh simulated cluster contains before anybody asked for anything."""

from lab.prism.inventory import Cluster, Container, Host, Image, Subnet
from lab.prism.state import State

GIB = 1024**3


def furnish(state: State, subnet: Subnet, *, nodes: int) -> None:
    """Fill the state: Prism Central itself, one AHV cluster, its hosts, containers, an image."""
    add_cluster(state, "prism-central", functions=["PRISM_CENTRAL"], nodes=0)
    cluster = add_cluster(state, "lab-cluster", functions=["AOS"], nodes=nodes)
    add_container(state, cluster, "default-container")
    add_container(state, cluster, "NutanixManagementShare", internal=True)
    add_image(state, "debian-12-docker", clusters=[cluster.uuid])
    add_subnet(state, subnet, cluster)


def add_cluster(state: State, name: str, *, functions: list[str], nodes: int) -> Cluster:
    """One more cluster with that many hosts; one node means what it means at Nutanix."""
    single = ["ONE_NODE"] if nodes == 1 else []
    cluster = Cluster(
        uuid=state.new_uuid(),
        name=name,
        functions=functions + single,
        redundancy_factor=1 if nodes == 1 else 2,
        fault_tolerance=0 if nodes == 1 else 1,
    )
    state.clusters[cluster.uuid] = cluster
    for number in range(1, nodes + 1):
        host = Host(
            uuid=state.new_uuid(),
            name=f"{name}-host-{number}",
            cluster=cluster.uuid,
            address=f"192.0.2.{20 + number}",
            controller_address=f"192.0.2.{30 + number}",
        )
        state.hosts[host.uuid] = host
    return cluster


def add_container(
    state: State, cluster: Cluster, name: str, *, internal: bool = False
) -> Container:
    """One more storage container on the cluster."""
    container = Container(uuid=state.new_uuid(), name=name, cluster=cluster.uuid, internal=internal)
    state.containers[container.uuid] = container
    return container


def add_image(
    state: State, name: str, *, clusters: list[str], type: str = "DISK_IMAGE", size_bytes: int = GIB
) -> Image:
    """One more image, present on these clusters."""
    image = Image(
        uuid=state.new_uuid(),
        name=name,
        clusters=clusters,
        type=type,
        size_bytes=size_bytes,
        vm_disk=state.new_uuid(),
    )
    state.images[image.uuid] = image
    return image


def add_subnet(state: State, subnet: Subnet, cluster: Cluster) -> Subnet:
    """The subnet belongs to the cluster from now on."""
    subnet.uuid = subnet.uuid or state.new_uuid()
    subnet.cluster = cluster.uuid
    state.subnets[subnet.uuid] = subnet
    return subnet
