"""v2 networks (nutanix.md 2.6)."""

from lab.prism import addresses
from lab.prism.call import Answer, Call
from lab.prism.inventory import Subnet
from lab.prism.v2.listing import many, missing
from lab.prism.v2.routes import V2


@V2.add("GET", "/v2.0/networks")
def list_networks(call: Call) -> Answer:
    """Every VLAN; overlay networks belong to Prism Central."""
    found = [each for each in call.state.subnets.values() if each.type == "VLAN"]
    return many(call, [_shown(each) for each in found])


@V2.add("GET", "/v2.0/networks/{uuid}")
def get_network(call: Call, uuid: str) -> Answer:
    """One network."""
    return Answer(200, _shown(_network(call, uuid)))


@V2.add("GET", "/v2.0/networks/{uuid}/addresses")
def list_addresses(call: Call, uuid: str) -> Answer:
    """The addresses in use."""
    used = sorted(addresses.taken(call.state, _network(call, uuid)))
    return many(call, [{"name": each, "ip_address": each} for each in used])


def _shown(subnet: Subnet) -> dict:
    config: dict = {"network_address": None, "prefix_length": 0, "pool": []}
    if subnet.managed:
        config = {
            "network_address": subnet.network.partition("/")[0],
            "prefix_length": subnet.prefix_length,
            "default_gateway": subnet.gateway,
            "pool": [{"range": " ".join(subnet.pool)}],
            "dhcp_options": {
                "domain_name": subnet.domain,
                "domain_name_servers": ",".join(subnet.dns),
            },
            "dhcp_server_address": None,
        }
    return {
        "uuid": subnet.uuid,
        "name": subnet.name,
        "annotation": subnet.description,
        "vlan_id": subnet.vlan,
        "vswitch_name": "br0",
        "ip_config": config,
    }


def _network(call: Call, uuid: str) -> Subnet:
    if uuid not in call.state.subnets:
        raise missing("Network", uuid)
    return call.state.subnets[uuid]
