"""Machines and volume groups of Prism Element v2.0."""

import pytest

from lab.prism import PrismSimulator
from tests.lab.prism.bodies import GIB, USER_DATA
from tests.lab.prism.caller import Caller
from tests.lab.prism.element import CONFIG, REST, done, task_of, vm_body

pytestmark = pytest.mark.usefixtures("element")


def test_a_machine_gets_the_plain_user_data(sim: PrismSimulator, machine: str) -> None:
    assert sim.hypervisor.machines[machine].user_data == USER_DATA


def test_the_caller_may_choose_the_id_once(sim: PrismSimulator, call: Caller) -> None:
    body = vm_body(sim, uuid="4fa2b7a0-0000-4000-8000-000000000001")

    assert done(call, call("POST", f"{REST}/vms", json=body)) == body["uuid"]
    assert call("POST", f"{REST}/vms", json=body).status_code == 422


def test_disks_and_cards_are_shown_when_asked_for(call: Caller, machine: str) -> None:
    brief = call.get(f"{REST}/vms/{machine}")
    full = call.get(f"{REST}/vms/{machine}", **CONFIG)

    assert "vm_nics" not in brief
    assert full["vm_nics"][0]["ip_address"] == "192.0.2.50"
    assert [disk["is_cdrom"] for disk in full["vm_disk_info"]] == [False, True]


def test_switches_and_deletes(sim: PrismSimulator, call: Caller, machine: str) -> None:
    url = f"{REST}/vms/{machine}"

    for wanted, state in (("ON", "on"), ("ACPI_SHUTDOWN", "off"), ("on", "on"), ("OFF", "off")):
        done(call, call("POST", f"{url}/set_power_state", json={"transition": wanted}))
        assert call.get(url)["power_state"] == state
    again = call("POST", f"{url}/set_power_state", json={"transition": "OFF"})
    failed = task_of(call, again)
    assert failed["progress_status"] == "Failed"
    assert "kInvalidState" in failed["meta_response"]["error_detail"]
    assert call("POST", f"{url}/set_power_state", json={"transition": "X"}).status_code == 422

    done(call, call("DELETE", url))
    assert call("GET", url).status_code == 404
    assert sim.hypervisor.machines == {}


def test_a_stale_timestamp_is_refused(sim: PrismSimulator, call: Caller, machine: str) -> None:
    url = f"{REST}/vms/{machine}"
    stamp = call.get(url)["vm_logical_timestamp"]
    body = {"name": "harbor-02", "vm_logical_timestamp": stamp}

    done(call, call("PUT", url, json=body))

    assert sim.vms[machine].name == "harbor-02"
    assert call("PUT", url, json=body).status_code == 409


def test_finds_by_name(call: Caller, machine: str) -> None:
    for query in ({"filter": "vm_name==harbor-01"}, {"search_string": "HARBOR"}):
        found = call.get(f"{REST}/vms", **query)["entities"]
        assert [each["uuid"] for each in found] == [machine]
    assert call.get(f"{REST}/vms", filter="vm_name==other")["entities"] == []
    assert call("GET", f"{REST}/vms", params={"filter": "nonsense"}).status_code == 422


def test_pages_when_asked_to(sim: PrismSimulator, call: Caller) -> None:
    for number in range(3):
        call("POST", f"{REST}/vms", json=vm_body(sim, name=f"harbor-{number}"))

    answer = call.get(f"{REST}/vms", page=2, count=2)

    assert [each["name"] for each in answer["entities"]] == ["harbor-2"]
    assert answer["metadata"]["grand_total_entities"] == 3


def test_attaches_grows_and_detaches_a_group(
    sim: PrismSimulator, call: Caller, machine: str, volumes: str
) -> None:
    url = f"{REST}/volume_groups/{volumes}"
    body = {"operation": "ATTACH", "uuid": volumes, "vm_uuid": machine}

    done(call, call("POST", f"{url}/attach", json=body))

    shown = call.get(url, include_disk_size="true")
    disk = shown["disk_list"][0]
    assert sim.hypervisor.machines[machine].disks == {disk["vmdisk_uuid"]}
    assert disk["vmdisk_size_bytes"] == GIB
    assert shown["attachment_list"][0]["vm_uuid"] == machine
    disks = call.get(f"{REST}/vms/{machine}", **CONFIG)["vm_disk_info"]
    assert disks[-1]["disk_address"]["volume_group_uuid"] == volumes

    done(call, call("PUT", f"{url}/disks/0", json={"size_mb": 2048}))
    assert sim.hypervisor.disks[disk["vmdisk_uuid"]] == 2 * GIB

    assert task_of(call, call("DELETE", url))["progress_status"] == "Failed"
    done(call, call("POST", f"{url}/detach", json=body | {"operation": "DETACH"}))
    done(call, call("DELETE", url))
    assert (sim.volume_groups, sim.hypervisor.disks) == ({}, {})


def test_adds_a_disk_in_the_newer_spelling(sim: PrismSimulator, call: Caller, volumes: str) -> None:
    config = {"storage_container_uuid": sim.container.uuid, "size": GIB}
    body = {"create_config": config, "volume_group_uuid": volumes}

    done(call, call("POST", f"{REST}/volume_groups/{volumes}/disks", json=body))

    indexes = [disk.index for disk in sim.volume_groups[volumes].disks.values()]
    assert indexes == [0, 1]


def test_wrong_bodies_are_told(call: Caller, volumes: str) -> None:
    assert call("POST", f"{REST}/vms", json={"name": "x"}).status_code == 422
    attach = f"{REST}/volume_groups/{volumes}/attach"
    assert call("POST", attach, json={"operation": "DETACH"}).status_code == 422
    assert "UUID no-vm" in call("GET", f"{REST}/vms/no-vm").json()["message"]
