"""A machine's life in v4: created, switched, changed, deleted."""

import pytest

from lab.prism import Knobs, PrismSimulator
from tests.lab.prism.bodies import (
    GIB,
    META_DATA,
    USER_DATA,
    vm_body,
)
from tests.lab.prism.caller import Caller

VMS = "/api/vmm/v4.3/ahv/config/vms"


def create(call: Caller, body: dict) -> dict:
    """The task of a create call."""
    return call.task_of(call("POST", VMS, json=body))


def test_a_created_machine_is_off_and_has_its_address(
    sim: PrismSimulator, call: Caller, vm: str
) -> None:
    shown = call.get(f"{VMS}/{vm}")["data"]

    assert shown["powerState"] == "OFF"
    assert "host" not in shown
    assert shown["nics"][0]["networkInfo"]["ipv4Config"]["ipAddress"]["value"] == "192.0.2.50"
    assert "guestCustomization" not in shown
    assert len(shown["cdRoms"]) == 1


def test_the_hypervisor_gets_the_very_bytes_of_cloud_init(sim: PrismSimulator, vm: str) -> None:
    machine = sim.hypervisor.machines[vm]

    assert (machine.user_data, machine.meta_data) == (USER_DATA, META_DATA)
    assert machine.mac == sim.vms[vm].nics[0].mac
    assert machine.planned_address == "192.0.2.50"


def test_power_follows_the_hypervisor(sim: PrismSimulator, call: Caller, vm: str) -> None:
    call.done(call.act(vm, "power-on"))
    shown = call.get(f"{VMS}/{vm}")["data"]
    assert shown["powerState"] == "ON"
    assert shown["host"]["extId"] in sim.hosts

    sim.hypervisor.power_off(vm)  # the guest died; Prism was not asked

    assert call.get(f"{VMS}/{vm}")["data"]["powerState"] == "OFF"


@pytest.mark.parametrize(
    ("action", "on_afterwards"),
    [
        ("shutdown", False),
        ("power-off", False),
        ("reboot", True),
        ("reset", True),
        ("power-cycle", True),
    ],
)
def test_switches_a_running_machine(
    sim: PrismSimulator, call: Caller, vm: str, action: str, on_afterwards: bool
) -> None:
    call.done(call.act(vm, "power-on"))

    call.done(call.act(vm, action))

    assert sim.hypervisor.is_on(vm) is on_afterwards


def test_switching_on_twice_fails_or_succeeds_as_the_knob_says(
    sim: PrismSimulator, call: Caller, vm: str
) -> None:
    call.done(call.act(vm, "power-on"))

    assert call.task_of(call.act(vm, "power-on"))["status"] == "FAILED"
    sim.knobs.power_to_same_state = "SUCCEEDED"
    assert call.task_of(call.act(vm, "power-on"))["status"] == "SUCCEEDED"


def test_delete_removes_the_machine_and_frees_its_address(
    sim: PrismSimulator, call: Caller, vm: str
) -> None:
    call.done(call.act(vm, "power-on"))
    etag = call("GET", f"{VMS}/{vm}").headers["ETag"]

    call.done(call("DELETE", f"{VMS}/{vm}", headers={"If-Match": etag}))

    assert sim.hypervisor.machines == {}
    gone = call("GET", f"{VMS}/{vm}")
    assert gone.status_code == 404
    assert gone.json()["data"]["error"][0]["code"] == "VMM-30100"
    again = call.done(call("POST", VMS, json=vm_body(sim)))
    assert sim.vms[again].nics[0].address == "192.0.2.50"


def test_two_machines_may_have_the_same_name(sim: PrismSimulator, call: Caller, vm: str) -> None:
    create(call, vm_body(sim))

    found = call.get(VMS, **{"$filter": "name eq 'harbor-01'"})["data"]

    assert len({each["extId"] for each in found}) == 2


def test_an_extra_disk_is_added_grown_and_removed(
    sim: PrismSimulator, call: Caller, vm: str
) -> None:
    backing = {"$objectType": "vmm.v4.ahv.config.VmDisk", "diskSizeBytes": GIB}
    etag = call("GET", f"{VMS}/{vm}").headers["ETag"]
    body = {"diskAddress": {"busType": "SCSI"}, "backingInfo": backing}
    added = call("POST", f"{VMS}/{vm}/disks", json=body, headers={"If-Match": etag})
    disk = call.task_of(added)["entitiesAffected"][1]["extId"]
    assert sim.hypervisor.machines[vm].disks == {disk}
    url = f"{VMS}/{vm}/disks/{disk}"

    for size, status in ((2 * GIB, "SUCCEEDED"), (GIB, "FAILED")):
        body = {"backingInfo": backing | {"diskSizeBytes": size}}
        etag = call("GET", url).headers["ETag"]
        grown = call.task_of(call("PUT", url, json=body, headers={"If-Match": etag}))
        assert grown["status"] == status
    assert sim.hypervisor.disks[disk] == 2 * GIB

    etag = call("GET", url).headers["ETag"]
    call.done(call("DELETE", url, headers={"If-Match": etag}))
    assert sim.hypervisor.disks == {}


def test_renames_and_resizes(sim: PrismSimulator, call: Caller, vm: str) -> None:
    answer = call("GET", f"{VMS}/{vm}")
    body = answer.json()["data"] | {"name": "harbor-02", "memorySizeBytes": 16 * GIB}

    headers = {"If-Match": answer.headers["ETag"]}
    call.done(call("PUT", f"{VMS}/{vm}", json=body, headers=headers))

    assert (sim.vms[vm].name, sim.vms[vm].memory_bytes) == ("harbor-02", 16 * GIB)


def test_categories_mark_machines(sim: PrismSimulator, call: Caller, vm: str) -> None:
    url = "/api/prism/v4.4/config/categories"
    body = {"key": "AppType", "value": "Harbor"}
    made = call("POST", url, json=body)
    category = made.json()["data"]["extId"]
    assert made.status_code == 201
    assert call("POST", url, json=body).status_code == 409

    call.done(call.act(vm, "associate-categories", {"categories": [{"extId": category}]}))

    text = f"categories/any(c:c/extId eq '{category}')"
    assert call.get(VMS, **{"$filter": text})["data"][0]["extId"] == vm


def test_the_same_seed_gives_the_same_ids() -> None:
    first, second = PrismSimulator(seed=7), PrismSimulator(seed=7, knobs=Knobs())

    assert first.cluster.uuid == second.cluster.uuid
    assert first.cluster.uuid != PrismSimulator(seed=8).cluster.uuid
