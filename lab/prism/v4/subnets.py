"""v4 subnets (nutanix.md 2.6)."""

from lab.prism import addresses
from lab.prism.call import Answer, Call
from lab.prism.inventory import Subnet
from lab.prism.paging import visible
from lab.prism.refusals import Refused
from lab.prism.v4.envelope import entity, ip_address, ipv4, many, one, typed
from lab.prism.v4.routes import V4

CONFIG = "networking.v4.config"


@V4.add("GET", "/networking/config/subnets")
def list_subnets(call: Call) -> Answer:
    """Every subnet."""
    shown = [subnet_json(call, each) for each in visible(call, call.state.subnets)]
    return many(call, shown, f"{CONFIG}.ListSubnetsApiResponse")


@V4.add("GET", "/networking/config/subnets/{uuid}")
def get_subnet(call: Call, uuid: str) -> Answer:
    """One subnet."""
    if uuid not in call.state.subnets:
        text = f"The subnet with UUID '{uuid}' is not found."
        raise Refused(404, "NET-10004", "ENTITY_NOT_FOUND", text)
    subnet = call.state.subnets[uuid]
    return one(call, subnet_json(call, subnet), f"{CONFIG}.GetSubnetApiResponse", of=subnet)


def subnet_json(call: Call, subnet: Subnet) -> dict:
    """A subnet in v4's spelling; without `ipConfig` when nobody manages its addresses."""
    shown = entity(
        f"{CONFIG}.Subnet",
        subnet,
        name=subnet.name,
        description=subnet.description,
        subnetType=subnet.type,
        networkId=subnet.vlan,
        isExternal=False,
        vpcReference=None,
        hypervisorType="acropolis",
    )
    if subnet.type == "VLAN":
        shown["clusterReference"] = subnet.cluster
        if call.minor >= 1:
            shown["clusterReferenceList"] = [subnet.cluster]
    if subnet.managed:
        shown |= _managed(call, subnet)
    return shown


def _managed(call: Call, subnet: Subnet) -> dict:
    network = subnet.network.partition("/")[0]
    start, end = subnet.pool
    range_ = typed(f"{CONFIG}.IPv4Pool", startIp=ipv4(start), endIp=ipv4(end))
    config = typed(
        f"{CONFIG}.IPv4Config",
        ipSubnet=typed(f"{CONFIG}.IPv4Subnet", ip=ipv4(network), prefixLength=subnet.prefix_length),
        defaultGatewayIp=ipv4(subnet.gateway),
        poolList=[range_],
    )
    used = addresses.taken(call.state, subnet)
    free = sum(each not in used for each in addresses.pool(subnet))
    return {
        "ipConfig": [typed(f"{CONFIG}.IPConfig", ipv4=config)],
        "dhcpOptions": typed(
            f"{CONFIG}.DhcpOptions",
            domainNameServers=[ip_address(each) for each in subnet.dns],
            domainName=subnet.domain,
        ),
        "ipUsage": typed(
            f"{CONFIG}.IPUsage", numFreeIPs=free, numAssignedIPs=len(used), numMacs=len(used)
        ),
    }
