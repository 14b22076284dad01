"""What a cluster offers, read one by one: clusters, hosts, containers, subnets, images."""

import pytest

from lab.prism import PrismSimulator, Subnet
from tests.lab.prism.bodies import vm_body
from tests.lab.prism.caller import Caller
from tests.lab.prism.element import REST, done

CLUSTERS = "/api/clustermgmt/v4.3/config/clusters"
CONTAINERS = "/api/clustermgmt/v4.3/config/storage-containers"
SUBNETS = "/api/networking/v4.4/config/subnets"
IMAGES = "/api/vmm/v4.3/content/images"
POLICIES = "/api/vmm/v4.3/ahv/policies/vm-anti-affinity-policies"


def test_a_cluster_tells_version_addresses_and_nodes(sim: PrismSimulator, call: Caller) -> None:
    cluster = call.get(f"{CLUSTERS}/{sim.cluster.uuid}")["data"]

    assert cluster["config"]["buildInfo"]["version"] == "7.3"
    assert cluster["config"]["operationMode"] == "NORMAL"
    assert cluster["network"]["externalDataServiceIp"]["ipv4"]["value"] == "192.0.2.41"
    assert cluster["nodes"]["numberOfNodes"] == 3


def test_hosts_belong_to_clusters(sim: PrismSimulator, call: Caller) -> None:
    other = sim.add_cluster("second", nodes=1)
    first = next(iter(sim.hosts.values()))
    first.state = "ENTERED_MAINTENANCE_MODE"

    everywhere = call.get("/api/clustermgmt/v4.3/config/hosts")["data"]
    there = call.get(f"{CLUSTERS}/{other.uuid}/hosts")["data"]

    assert len(everywhere) == 4
    assert everywhere[0]["hypervisor"]["state"] == "ENTERED_MAINTENANCE_MODE"
    assert [host["cluster"]["name"] for host in there] == ["second"]


def test_prism_central_tells_its_version(call: Caller) -> None:
    (manager,) = call.get("/api/prism/v4.4/config/domain-managers")["data"]

    assert manager["config"]["buildInfo"]["version"] == "pc.7.6"


def test_reads_a_container_a_subnet_and_an_image_by_id(sim: PrismSimulator, call: Caller) -> None:
    for url, entity in (
        (CONTAINERS, sim.container),
        (SUBNETS, sim.subnet),
        (IMAGES, sim.image),
    ):
        answer = call("GET", f"{url}/{entity.uuid}")
        assert answer.json()["data"]["name"] == entity.name
        assert answer.headers["ETag"] == entity.etag


@pytest.mark.parametrize("url", [CLUSTERS, CONTAINERS, SUBNETS, IMAGES, POLICIES])
def test_an_unknown_id_is_answered_by_the_service(call: Caller, url: str) -> None:
    answer = call("GET", f"{url}/00000000-0000-4000-8000-000000000000")

    assert answer.status_code == 404
    assert answer.json()["data"]["error"][0]["errorGroup"] == "ENTITY_NOT_FOUND"


def test_an_overlay_network_belongs_to_no_cluster(sim: PrismSimulator, call: Caller) -> None:
    sim.add_subnet(Subnet(name="overlay", type="OVERLAY"))

    overlay = call.get(SUBNETS, **{"$filter": "subnetType eq 'OVERLAY'"})["data"][0]

    assert "clusterReference" not in overlay


def test_machines_of_one_category_keep_apart(sim: PrismSimulator, call: Caller) -> None:
    body = {"key": "AppType", "value": "Harbor"}
    category = call("POST", "/api/prism/v4.4/config/categories", json=body).json()["data"]
    named = [{"extId": category["extId"]}]
    for number in range(4):
        marked = vm_body(sim, name=f"harbor-{number}", categories=named)
        call.done(call("POST", "/api/vmm/v4.3/ahv/config/vms", json=marked))

    wish = {"name": "harbor-spread", "categories": named}
    policy = call.done(call("POST", POLICIES, json=wish))

    shown = call("GET", f"{POLICIES}/{policy}")
    compliance = shown.json()["data"]
    assert (compliance["numCompliantVms"], compliance["numNonCompliantVms"]) == (3, 1)
    headers = {"If-Match": shown.headers["ETag"]}
    call.done(call("DELETE", f"{POLICIES}/{policy}", headers=headers))
    assert "data" not in call.get(POLICIES)


@pytest.mark.usefixtures("element")
def test_element_tells_the_same(sim: PrismSimulator, call: Caller, machine: str) -> None:
    container = call.get(f"{REST}/storage_containers/{sim.container.uuid}")
    network = call.get(f"{REST}/networks/{sim.subnet.uuid}")
    used = call.get(f"{REST}/networks/{sim.subnet.uuid}/addresses")["entities"]
    faults = call.get(f"{REST}/cluster/domain_fault_tolerance_status/NODE")

    assert container["name"] == sim.container.name
    assert network["ip_config"]["default_gateway"] == "192.0.2.1"
    assert [each["ip_address"] for each in used] == ["192.0.2.50"]
    tolerance = faults[0]["component_fault_tolerance_status"]["EXTENT_GROUPS"]
    assert tolerance == {"number_of_failures_tolerable": 1}
    assert call.get(f"{REST}/clusters")["entities"][0]["uuid"] == sim.cluster.uuid
    tasks = call.get(f"{REST}/tasks")["entities"]
    assert [task["operation_type"] for task in tasks] == ["VmCreate"]


@pytest.mark.usefixtures("element")
def test_element_fetches_and_deletes_images(sim: PrismSimulator, call: Caller) -> None:
    spec = {"storage_container_uuid": sim.container.uuid, "url": "http://mirror.example.com/noble.img"}
    body = {"name": "noble", "image_type": "disk_image", "image_import_spec": spec}

    image = done(call, call("POST", f"{REST}/images/", json=body))

    shown = call.get(f"{REST}/images/{image}")
    assert (shown["image_state"], shown["image_type"]) == ("ACTIVE", "DISK_IMAGE")
    done(call, call("DELETE", f"{REST}/images/{image}"))
    assert call("GET", f"{REST}/images/{image}").status_code == 404


@pytest.mark.usefixtures("element")
@pytest.mark.parametrize(
    "kind", ["storage_containers", "images", "networks", "vms", "volume_groups", "tasks"]
)
def test_element_answers_404_for_an_unknown_id(call: Caller, kind: str) -> None:
    answer = call("GET", f"{REST}/{kind}/00000000-0000-4000-8000-000000000000")

    assert answer.status_code == 404
    assert "does not exist" in answer.json()["message"]
