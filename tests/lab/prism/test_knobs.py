"""What nobody could verify about Prism is a knob, and every knob does something."""

import re
import uuid
from dataclasses import fields
from pathlib import Path

import pytest

import lab.prism
from lab.prism import Knobs, PrismSimulator
from tests.lab.prism.bodies import vm_body
from tests.lab.prism.caller import Caller

VMS = "/api/vmm/v4.3/ahv/config/vms"
CATEGORIES = "/api/prism/v4.4/config/categories"


def test_every_knob_is_read_somewhere() -> None:
    folder = Path(lab.prism.__file__).parent
    code = "".join(file.read_text() for file in folder.rglob("*.py") if file.name != "knobs.py")

    unread = [each.name for each in fields(Knobs) if not re.search(rf"\.{each.name}\b", code)]

    assert unread == []


def test_the_product_is_told_even_with_an_error(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.product = "pc.2024.3"

    assert call("GET", "/api/nonsense").headers["X-Ntnx-Product"] == "pc.2024.3"


def test_names_of_operations_and_entities_differ_between_versions(
    sim: PrismSimulator, call: Caller
) -> None:
    sim.knobs.create_operation, sim.knobs.vm_rel = "kVmCreate", "vmm:ahv:vm"
    sim.knobs.power_on_operation = "kVmPowerOn"

    task = call.task_of(call("POST", VMS, json=vm_body(sim)))
    vm = task["entitiesAffected"][0]
    power = call.task_of(call.act(vm["extId"], "power-on"))

    assert (task["operation"], vm["rel"]) == ("kVmCreate", "vmm:ahv:vm")
    assert power["operation"] == "kVmPowerOn"
    assert sim.task_named("kVmPowerOn").ext_id == power["extId"]


@pytest.mark.parametrize(
    ("knob", "tag", "status"),
    [("missing_etag_status", "", 412), ("stale_etag_status", "bm8=:1", 409)],
)
def test_the_status_for_a_wrong_tag(
    sim: PrismSimulator, call: Caller, vm: str, knob: str, tag: str, status: int
) -> None:
    setattr(sim.knobs, knob, status)

    answer = call("DELETE", f"{VMS}/{vm}", headers={"If-Match": tag})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("replay", "seconds", "status", "machines"),
    [("refused", 3600, 400, 1), ("new", 3600, 202, 2), ("same", 0, 202, 2)],
)
def test_a_repeated_request_id(
    sim: PrismSimulator, call: Caller, replay: str, seconds: int, status: int, machines: int
) -> None:
    sim.knobs.replay, sim.knobs.replay_seconds = replay, seconds
    headers = {"NTNX-Request-Id": str(uuid.uuid4())}
    call("POST", VMS, json=vm_body(sim), headers=headers)

    again = call("POST", VMS, json=vm_body(sim), headers=headers)

    assert (again.status_code, len(sim.vms)) == (status, machines)


def test_a_request_id_may_be_optional(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.request_id = "optional"
    headers = {"NTNX-Request-Id": ""}

    assert call("POST", VMS, json=vm_body(sim), headers=headers).status_code == 202


def test_the_body_of_a_403(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.forbidden_body = "html"
    sim.fail_next(status=403)

    assert call("GET", VMS).text.startswith("<html")


def test_the_session_cookie_lives_as_long_as_told(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.cookie_seconds = 90
    assert "Max-Age=90" in call("GET", VMS).headers["Set-Cookie"]

    call.session.cookies.clear()
    sim.knobs.sends_cookie = False
    assert "Set-Cookie" not in call("GET", VMS).headers


def test_too_many_requests_may_keep_silent_about_the_time(
    sim: PrismSimulator, call: Caller
) -> None:
    sim.fail_next(status=429, times=2)
    assert call("GET", VMS).headers["Retry-After"] == "1"

    sim.knobs.sends_retry_after = False
    assert "Retry-After" not in call("GET", VMS).headers


def test_strict_bodies_refuse_unknown_attributes(sim: PrismSimulator, call: Caller) -> None:
    body = vm_body(sim, colour="green", **{"$unknownFields": {}})
    assert call("POST", VMS, json=body).status_code == 202

    sim.knobs.strict_bodies = True

    answer = call("POST", VMS, json=body)
    assert answer.status_code == 400
    assert "colour" in answer.text
    assert "$unknownFields" not in answer.text


def test_types_may_be_left_out(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.object_type = "optional"
    body = vm_body(sim)
    del body["guestCustomization"]["config"]["$objectType"]

    assert call("POST", VMS, json=body).status_code == 202


def test_a_category_twice(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.duplicate_category, sim.knobs.category_create_status = "allow", 200
    body = {"key": "AppType", "value": "Harbor"}

    for _ in range(2):
        assert call("POST", CATEGORIES, json=body).status_code == 200
    text = "key eq 'AppType' and value eq 'Harbor'"
    first, _ = call.get(CATEGORIES, **{"$filter": text})["data"]
    assert call("DELETE", f"{CATEGORIES}/{first['extId']}").status_code == 204


@pytest.mark.parametrize("honoured", [True, False])
def test_power_at_create_is_honoured_or_not(
    sim: PrismSimulator, call: Caller, honoured: bool
) -> None:
    sim.knobs.power_on_at_create = honoured

    vm = call.done(call("POST", VMS, json=vm_body(sim, powerState="ON")))

    assert sim.hypervisor.is_on(vm) is honoured


def test_early_versions_have_no_ext_id_for_containers(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.container_ext_id_is_null = True

    shown = call.get("/api/clustermgmt/v4.0/config/storage-containers")["data"][0]

    assert (shown["extId"], shown["containerExtId"]) == (None, sim.container.uuid)


def test_element_may_answer_changes_with_another_status(
    sim: PrismSimulator, call: Caller, machine: str
) -> None:
    sim.knobs.v2_change_status = 200
    sim.knobs.ha_reservation = "NoReservations"
    rest = "/PrismGateway/services/rest/v2.0"

    assert call("DELETE", f"{rest}/vms/{machine}").status_code == 200
    assert call.get(f"{rest}/ha")["reservation_type"] == "NoReservations"
