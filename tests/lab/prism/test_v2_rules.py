"""What Prism Element v2.0 shows, who gets in, and how it says no."""

import pytest

from lab.prism import PrismSimulator
from tests.lab.prism.caller import Caller
from tests.lab.prism.element import REST, task_of, vm_body

pytestmark = pytest.mark.usefixtures("element")


def test_v4_is_unknown_here(call: Caller) -> None:
    assert call("OPTIONS", "/api/vmm/unversioned/info").status_code == 404
    answer = call("GET", "/api/clustermgmt/v4.0/config/clusters")
    assert answer.status_code == 404
    assert set(answer.json()) == {"message"}


@pytest.mark.parametrize("path", [REST, "/api/nutanix/v2.0"])
def test_tells_its_cluster_with_or_without_a_slash(
    sim: PrismSimulator, call: Caller, path: str
) -> None:
    for end in ("", "/"):
        cluster = call.get(f"{path}/cluster{end}")
        assert (cluster["uuid"], cluster["num_nodes"]) == (sim.cluster.uuid, 3)
        assert cluster["hypervisor_types"] == ["kKvm"]


def test_an_empty_list_is_an_empty_list(call: Caller) -> None:
    assert call.get(f"{REST}/vms")["entities"] == []


def test_lists_hosts_containers_images_and_networks(sim: PrismSimulator, call: Caller) -> None:
    hosts = call.get(f"{REST}/hosts")["entities"]
    containers = call.get(f"{REST}/storage_containers")["entities"]
    images = call.get(f"{REST}/images/")["entities"]
    networks = call.get(f"{REST}/networks/")["entities"]

    assert [host["hypervisor_state"] for host in hosts] == ["kAcropolisNormal"] * 3
    assert containers[0]["usage_stats"]["storage.free_bytes"] == str(sim.container.free_bytes)
    assert images[0]["vm_disk_id"] == sim.image.vm_disk
    assert networks[0]["ip_config"]["pool"] == [{"range": "192.0.2.50 192.0.2.99"}]


def test_ha_needs_more_than_one_node(sim: PrismSimulator, call: Caller) -> None:
    assert call.get(f"{REST}/ha")["ha_state"] == "HighlyAvailable"

    sim.cluster.functions = ["AOS", "ONE_NODE"]

    assert call.get(f"{REST}/ha")["failover_enabled"] is False


def test_logs_in_by_form(sim: PrismSimulator, call: Caller) -> None:
    call.session.auth = None
    form = {"j_username": sim.username, "j_password": "wrong"}
    login = "/PrismGateway/j_spring_security_check"
    assert call("POST", login, data=form).status_code == 401

    assert call("POST", login, data=form | {"j_password": sim.password}).status_code == 200

    assert call("GET", f"{REST}/cluster").status_code == 200
    assert sim.password not in str([entry.as_json() for entry in sim.journal])


def test_the_shape_of_errors_and_statuses_is_a_matter_of_knobs(
    sim: PrismSimulator, call: Caller, machine: str
) -> None:
    sim.knobs.v2_error_body = "text"
    assert call("GET", f"{REST}/vms/none").text.startswith("VM with UUID")
    sim.knobs.v2_error_body = "empty"
    assert call("GET", f"{REST}/vms/none").text == ""

    sim.knobs.v2_lower_case_status = True
    task = next(iter(sim.tasks.all.values()))
    assert call.get(f"{REST}/tasks/{task.uuid}")["progress_status"] == "succeeded"


def test_faults_meet_v2_as_well(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(task="FAILED", message="No space left.")
    task = task_of(call, call("POST", f"{REST}/vms", json=vm_body(sim)))
    assert task["meta_response"]["error_detail"] == "No space left."

    sim.fail_next(status=403)
    assert call("GET", f"{REST}/vms").status_code == 403


def test_prism_central_passes_calls_on(sim: PrismSimulator, call: Caller, machine: str) -> None:
    sim.knobs.role = "pc"

    own = call.get(f"{REST}/cluster")
    passed_on = call.get(f"{REST}/vms", proxyClusterUuid=sim.cluster.uuid)

    assert (own["name"], own["hypervisor_types"]) == ("prism-central", [])
    assert [each["uuid"] for each in passed_on["entities"]] == [machine]
    assert call("GET", f"{REST}/vms").status_code == 404


def test_the_legacy_apis_may_be_gone(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.serves_legacy = False

    assert call("GET", f"{REST}/cluster").status_code == 404


def test_an_api_key_is_no_way_in(sim: PrismSimulator, call: Caller) -> None:
    sim.add_api_key("k" * 32)
    call.session.auth = None
    headers = {"X-ntnx-api-key": "k" * 32}

    assert call("GET", f"{REST}/cluster", headers=headers).status_code == 401
