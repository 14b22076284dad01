"""The rules for v4 calls that change something: ETags, request ids, schema."""

import uuid

import pytest

from lab.prism import PrismSimulator
from tests.lab.prism.bodies import new_nic, old_nic, vm_body
from tests.lab.prism.caller import Caller

VMS = "/api/vmm/v4.3/ahv/config/vms"
AOS = "config/clusterFunction/any(t:t eq Clustermgmt.Config.ClusterFunctionRef'AOS')"


def test_v40_does_not_understand_the_new_form_of_cards(sim: PrismSimulator, call: Caller) -> None:
    url = "/api/vmm/v4.0/ahv/config/vms"

    new = call("POST", url, json=vm_body(sim, nics=[new_nic(sim)]))
    old = call("POST", url, json=vm_body(sim, nics=[old_nic(sim)]))

    assert new.status_code == 400
    assert "nics[0].networkInfo.subnet.extId" in new.text
    assert old.status_code == 202


def test_the_tag_stands_in_header_and_body_and_changes_with_the_machine(
    call: Caller, vm: str
) -> None:
    first = call("GET", f"{VMS}/{vm}")
    call.done(call.act(vm, "power-on"))
    second = call("GET", f"{VMS}/{vm}")

    assert first.headers["ETag"] == first.json()["data"]["$reserved"]["ETag"]
    assert first.headers["ETag"] != second.headers["ETag"]


@pytest.mark.parametrize(
    ("tag", "status", "code"),
    [(None, 428, "PLAT-10004"), ("*", 412, "PLAT-10005"), ("bm8=:1", 412, "VMM-30303")],
)
def test_a_change_needs_the_present_tag(
    call: Caller, vm: str, tag: str | None, status: int, code: str
) -> None:
    answer = call("DELETE", f"{VMS}/{vm}", headers={"If-Match": tag} if tag else {})

    assert answer.status_code == status
    assert answer.json()["data"]["error"][0]["code"] == code


def test_a_stale_tag_may_surface_as_a_failed_task(
    sim: PrismSimulator, call: Caller, vm: str
) -> None:
    sim.knobs.stale_etag_as = "task"

    task = call.task_of(call("DELETE", f"{VMS}/{vm}", headers={"If-Match": "bm8=:1"}))

    assert task["status"] == "FAILED"
    assert task["errorMessages"][0]["errorGroup"] == "VM_ETAG_MISMATCH"
    assert vm in sim.vms


def test_without_the_rule_no_tag_is_needed(sim: PrismSimulator, call: Caller, vm: str) -> None:
    sim.knobs.etag = "optional"

    call.done(call("DELETE", f"{VMS}/{vm}"))

    assert sim.vms == {}


def test_the_same_request_id_gives_the_same_task(sim: PrismSimulator, call: Caller) -> None:
    headers = {"NTNX-Request-Id": str(uuid.uuid4())}

    first = call("POST", VMS, json=vm_body(sim), headers=headers)
    second = call("POST", VMS, json=vm_body(sim), headers=headers)

    assert first.json()["data"]["extId"] == second.json()["data"]["extId"]
    assert len(sim.vms) == 1


def test_a_request_id_must_not_serve_two_requests(sim: PrismSimulator, call: Caller) -> None:
    headers = {"NTNX-Request-Id": str(uuid.uuid4())}
    call("POST", VMS, json=vm_body(sim), headers=headers)

    other = call("POST", VMS, json=vm_body(sim, name="harbor-02"), headers=headers)

    assert other.status_code == 400
    assert len(sim.vms) == 1


def test_a_refused_call_does_not_use_up_its_request_id(sim: PrismSimulator, call: Caller) -> None:
    headers = {"NTNX-Request-Id": str(uuid.uuid4())}

    assert call("POST", VMS, json={}, headers=headers).status_code == 400
    assert call("POST", VMS, json=vm_body(sim), headers=headers).status_code == 202


def test_a_change_without_request_id_is_refused(sim: PrismSimulator, call: Caller) -> None:
    answer = call("POST", VMS, json=vm_body(sim), headers={"NTNX-Request-Id": ""})

    assert answer.status_code == 400
    assert "NTNX-Request-Id" in answer.text


def test_all_problems_of_a_body_are_told_at_once(call: Caller) -> None:
    error = call("POST", VMS, json={"name": "x" * 81}).json()["data"]["error"]

    paths = {each["attributePath"] for each in error["validationErrorMessages"]}
    assert error["$objectType"] == "vmm.v4.error.SchemaValidationError"
    assert paths == {"name", "cluster.extId", "memorySizeBytes"}


def test_values_of_several_types_must_say_which(sim: PrismSimulator, call: Caller) -> None:
    body = vm_body(sim)
    del body["guestCustomization"]["config"]["$objectType"]

    answer = call("POST", VMS, json=body)

    assert answer.status_code == 400
    assert "guestCustomization.config.$objectType" in answer.text


def test_broken_json_is_refused(call: Caller) -> None:
    headers = {"Content-Type": "application/json"}

    assert call("POST", VMS, data="{", headers=headers).status_code == 400
