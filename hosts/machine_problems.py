"""Why a machine cannot be made: asked before anything is, and all of it at once."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from hosts.models import DockerHost
from lib.sizes import GIB, human
from nutanix.prism import PrismClient
from nutanix.prism.errors import NotFound
from nutanix.prism.types import SubnetInfo


def problems_with_new_machine(prism: PrismClient, host: DockerHost) -> list[str]:
    """Every reason that Prism knows today (nutanix.md 3.3); the cluster's defaults are chosen."""
    return [
        *_with_cluster(prism, host), *_with_image(prism, host), *_with_subnet(prism, host),
        *_with_name(prism, host),
    ]


def machine_exists(prism: PrismClient, vm: str) -> bool:
    """Whether Prism knows a machine of that id, ours or not."""
    try:
        prism.get_vm(vm)
    except NotFound:
        return False
    return True


def _with_cluster(prism: PrismClient, host: DockerHost) -> Iterator[str]:
    found = [each for each in prism.clusters() if each.ext_id == host.cluster.ext_id]
    if not found:
        yield f"Prism does not know the cluster {host.cluster} any more."
    elif found[0].read_only:
        yield f"The cluster {host.cluster} is read-only."


def _with_image(prism: PrismClient, host: DockerHost) -> Iterator[str]:
    cluster, (chosen, called) = host.cluster, host.chosen("image")
    # By its name in one request; among all of them when it was renamed.
    image = next((
        each for name in dict.fromkeys((called, ""))
        for each in prism.images(cluster.ext_id, name) if each.ext_id == chosen
    ), None)
    if image is None:
        yield f"The image {called} is gone from Prism."
    elif image.size_bytes > host.disk_gib * GIB:
        yield (
            f"The image {image.name} needs a disk of {human(image.size_bytes)}; "
            f"{host.disk_gib} GiB were asked for."
        )


def _with_subnet(prism: PrismClient, host: DockerHost) -> Iterator[str]:
    known = {each.ext_id: each for each in prism.subnets(host.cluster.ext_id)}
    chosen, called = host.chosen("subnet")
    subnet = known.get(chosen)
    if subnet is None:
        yield f"The subnet {called} is gone from Prism."
    elif host.static_address:
        yield from _with_address(host, subnet)
    elif subnet.managed and subnet.free_addresses == 0:
        yield f"The subnet {subnet.name} has no free address left."


def _with_address(host: DockerHost, subnet: SubnetInfo) -> Iterator[str]:
    """Only where Prism manages addresses can it be asked for one (nutanix.md 2.8)."""
    address = host.static_address
    if not subnet.managed:
        yield (
            f"Prism does not manage the addresses of the subnet {subnet.name}, so it cannot give "
            f"{address}: reserve it in your DHCP server instead, and leave the field empty."
        )
    elif subnet.network and ip_address(address) not in ip_network(subnet.network, strict=False):
        yield f"The address {address} lies outside of the subnet {subnet.name}, {subnet.network}."


def _with_name(prism: PrismClient, host: DockerHost) -> Iterator[str]:
    """Names are not unique on AHV: a namesake would be mistaken for ours by people."""
    found = prism.vms_named(host.name, host.cluster.ext_id)
    if any(host.mark not in vm.description for vm in found):
        yield f"The cluster {host.cluster} has a machine named {host.name} that is not ours."
