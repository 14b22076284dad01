"""What v4 shows: versions, envelopes, lists, and which fields belong to which version."""

from lab.prism import PrismSimulator, Subnet
from tests.lab.prism.caller import Caller

VMS = "/api/vmm/v4.3/ahv/config/vms"
AOS = "config/clusterFunction/any(t:t eq Clustermgmt.Config.ClusterFunctionRef'AOS')"


def test_tells_the_newest_version_of_each_namespace(call: Caller) -> None:
    assert call("OPTIONS", "/api/prism/unversioned/info").json() == {"data": "v4.4"}
    assert call("OPTIONS", "/api/vmm/unversioned/info").json() == {"data": "v4.3"}
    assert call("OPTIONS", "/api/nonsense/unversioned/info").status_code == 404


def test_the_gateway_answers_for_a_version_that_is_not_served(
    sim: PrismSimulator, call: Caller
) -> None:
    sim.knobs.max_minor["vmm"] = 0

    answer = call("GET", VMS)

    assert answer.status_code == 404
    assert set(answer.json()) == {"message"}
    assert call("GET", "/api/vmm/v4.0/ahv/config/vms").status_code == 200


def test_an_empty_list_has_no_data(call: Caller) -> None:
    answer = call.get(VMS)

    assert "data" not in answer
    assert answer["metadata"]["totalAvailableResults"] == 0


def test_every_object_says_its_type(call: Caller, vm: str) -> None:
    def untyped(value: object) -> list:
        if isinstance(value, list):
            return [found for item in value for found in untyped(item)]
        if not isinstance(value, dict):
            return []
        own = [] if "$objectType" in value else [value]
        inner = (item for key, item in value.items() if key != "$reserved")
        return own + [found for item in inner for found in untyped(item)]

    assert untyped(call.get(f"{VMS}/{vm}")["data"]) == []


def test_the_cluster_list_shows_prism_central_too(sim: PrismSimulator, call: Caller) -> None:
    url = "/api/clustermgmt/v4.3/config/clusters"

    everything = [each["name"] for each in call.get(url)["data"]]
    filtered = [each["name"] for each in call.get(url, **{"$filter": AOS})["data"]]

    assert everything == ["prism-central", sim.cluster.name]
    assert filtered == [sim.cluster.name]


def test_a_single_node_says_so() -> None:
    with PrismSimulator(nodes=1) as sim:
        assert sim.cluster.functions == ["AOS", "ONE_NODE"]
        assert (sim.cluster.redundancy_factor, len(sim.hosts)) == (1, 1)


def test_containers_show_capacity_in_their_statistics(sim: PrismSimulator, call: Caller) -> None:
    sim.container.used_bytes = 10
    url = f"/api/clustermgmt/v4.3/stats/storage-containers/{sim.container.uuid}"
    times = {"$startTime": "2026-01-01T00:00:00Z", "$endTime": "2026-01-01T01:00:00Z"}

    stats = call.get(url, **times)["data"]

    assert stats["storageFreeBytes"][-1]["value"] == sim.container.capacity_bytes - 10
    assert call("GET", url).status_code == 400


def test_an_unmanaged_subnet_has_no_ip_configuration(sim: PrismSimulator, call: Caller) -> None:
    sim.add_subnet(Subnet(name="plain", managed=False))
    url = "/api/networking/v4.4/config/subnets"

    plain = call.get(url, **{"$filter": "name eq 'plain'"})["data"][0]
    lab = call.get(url, **{"$filter": "name eq 'lab'"})["data"][0]

    assert "ipConfig" not in plain
    assert lab["ipConfig"][0]["ipv4"]["defaultGatewayIp"]["value"] == "192.0.2.1"
    assert lab["ipUsage"]["numFreeIPs"] == 50


def test_v40_shows_only_the_old_form_of_cards(call: Caller, vm: str) -> None:
    old = call.get(f"/api/vmm/v4.0/ahv/config/vms/{vm}")["data"]["nics"][0]
    new = call.get(f"{VMS}/{vm}")["data"]["nics"][0]

    assert "networkInfo" in old
    assert "nicNetworkInfo" not in old
    assert new["nicNetworkInfo"]["ipv4Config"]["ipAddress"]["value"] == "192.0.2.50"


def test_a_list_may_lag_behind_while_the_id_already_works(
    sim: PrismSimulator, call: Caller, vm: str
) -> None:
    sim.knobs.list_lag_seconds = 3600

    assert "data" not in call.get(VMS)
    assert call.get(f"{VMS}/{vm}")["data"]["extId"] == vm
