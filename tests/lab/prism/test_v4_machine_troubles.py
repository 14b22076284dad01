"""What goes wrong with machines: no address, no room, wrong images, odd user data."""

import pytest

from lab.prism import PrismSimulator
from tests.lab.prism.bodies import (
    GIB,
    META_DATA,
    cloud_init,
    image_disk,
    new_nic,
    vm_body,
)
from tests.lab.prism.caller import Caller

VMS = "/api/vmm/v4.3/ahv/config/vms"


def create(call: Caller, body: dict) -> dict:
    """The task of a create call."""
    return call.task_of(call("POST", VMS, json=body))


def test_a_machine_that_fits_nowhere_stays_off(sim: PrismSimulator, call: Caller, vm: str) -> None:
    for host in sim.hosts.values():
        host.memory_bytes = 1

    task = call.task_of(call.act(vm, "power-on"))

    assert task["status"] == "FAILED"
    assert task["progressPercentage"] == 100
    assert task["errorMessages"][0]["code"] == "VMM-30128"


def test_a_wanted_address_is_given_once(sim: PrismSimulator, call: Caller) -> None:
    body = vm_body(sim, nics=[new_nic(sim, "192.0.2.77")])

    assert create(call, body)["status"] == "SUCCEEDED"
    second = create(call, body)

    assert second["status"] == "FAILED"
    assert "192.0.2.77" in second["errorMessages"][0]["message"]


def test_an_empty_pool_fails_the_task(sim: PrismSimulator, call: Caller, vm: str) -> None:
    sim.subnet.pool = ("192.0.2.50", "192.0.2.50")

    task = create(call, vm_body(sim))

    assert task["status"] == "FAILED"
    assert "No free IP address" in task["errorMessages"][0]["message"]
    assert len(sim.vms) == 1


def test_a_disk_smaller_than_its_image_fails_the_task(sim: PrismSimulator, call: Caller) -> None:
    sim.image.size_bytes = 50 * GIB

    task = create(call, vm_body(sim))

    assert task["status"] == "FAILED"
    assert "smaller than image" in task["errorMessages"][0]["message"]


def test_an_unknown_image_fails_the_task_or_the_call(sim: PrismSimulator, call: Caller) -> None:
    body = vm_body(sim, disks=[image_disk(sim, GIB, image="no-such-image")])

    assert create(call, body)["status"] == "FAILED"
    sim.knobs.unknown_reference = "answer"
    assert call("POST", VMS, json=body).status_code == 404


def test_text_that_is_not_base64_is_answered_the_unhelpful_way(
    sim: PrismSimulator, call: Caller
) -> None:
    body = vm_body(sim)
    body["guestCustomization"]["config"]["cloudInitScript"]["value"] = "#cloud-config"

    answer = call("POST", VMS, json=body)

    assert answer.status_code == 500
    assert "Internal server error" in answer.text


def test_some_versions_want_cloud_config(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.userdata_must_be_cloud_config = True
    script = cloud_init(b"#!/bin/sh\n", META_DATA)

    assert create(call, vm_body(sim, guestCustomization=script))["status"] == "FAILED"


@pytest.mark.parametrize("mode", ["never", "late", "apipa", "ipv6only"])
def test_an_address_may_stay_unknown(sim: PrismSimulator, call: Caller, vm: str, mode: str) -> None:
    sim.knobs.address, sim.knobs.address_late_seconds = mode, 3600
    call.done(call.act(vm, "power-on"))

    network = call.get(f"{VMS}/{vm}")["data"]["nics"][0]["nicNetworkInfo"]

    assert "ipAddress" not in network.get("ipv4Config", {})
    assert "192.0.2.50" not in str(network)


def test_a_late_address_comes_after_the_boot(sim: PrismSimulator, call: Caller, vm: str) -> None:
    sim.knobs.address, sim.knobs.address_late_seconds = "late", 0
    assert "192.0.2.50" not in call("GET", f"{VMS}/{vm}").text

    call.done(call.act(vm, "power-on"))

    assert "192.0.2.50" in call("GET", f"{VMS}/{vm}").text


def empty_disk(container: str) -> dict:
    """A disk of 1 GiB from that container."""
    kind = "vmm.v4.ahv.config.VmDisk"
    store = {"extId": container}
    return {"backingInfo": {"$objectType": kind, "diskSizeBytes": GIB, "storageContainer": store}}


@pytest.mark.parametrize("what", ["cluster", "subnet", "category", "storage container"])
def test_names_what_it_could_not_find(sim: PrismSimulator, call: Caller, what: str) -> None:
    nic = new_nic(sim)
    nic["nicNetworkInfo"]["subnet"]["extId"] = "nowhere"
    changes = {
        "cluster": {"cluster": {"extId": "nowhere"}},
        "subnet": {"nics": [nic]},
        "category": {"categories": [{"extId": "nowhere"}]},
        "storage container": {"disks": [empty_disk("nowhere")]},
    }

    task = create(call, vm_body(sim, **changes[what]))

    assert task["status"] == "FAILED"
    assert f"could not find the {what} 'nowhere'" in task["errorMessages"][0]["message"]
    assert sim.vms == {}


def test_subnet_and_image_must_be_on_the_same_cluster(sim: PrismSimulator, call: Caller) -> None:
    other = sim.add_cluster("second")
    body = vm_body(sim, cluster={"extId": other.uuid})

    first = create(call, body)["errorMessages"][0]["message"]
    sim.subnet.cluster = other.uuid
    second = create(call, body)["errorMessages"][0]["message"]

    assert "does not belong to the VM's cluster" in first
    assert "is not available on the VM's cluster" in second


def test_a_full_container_fails_the_task(sim: PrismSimulator, call: Caller) -> None:
    sim.container.used_bytes = sim.container.capacity_bytes

    task = create(call, vm_body(sim, disks=[empty_disk(sim.container.uuid)]))

    assert task["errorMessages"][0]["errorGroup"] == "RESOURCE_SHORTAGE"


def test_an_address_outside_of_the_subnet_fails_the_task(sim: PrismSimulator, call: Caller) -> None:
    task = create(call, vm_body(sim, nics=[new_nic(sim, "198.51.100.7")]))

    assert "outside of subnet" in task["errorMessages"][0]["message"]


def test_a_guest_that_does_not_listen_stays_on(sim: PrismSimulator, call: Caller, vm: str) -> None:
    call.done(call.act(vm, "power-on"))
    sim.hypervisor.ignores_shut_down = True

    call.done(call.act(vm, "shutdown"))  # asked for, which is all that the task promises

    assert call.get(f"{VMS}/{vm}")["data"]["powerState"] == "ON"
