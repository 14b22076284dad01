"""What Prism refuses about volume groups, and groups that vanish."""

import pytest

from lab.prism import PrismSimulator
from tests.lab.prism.bodies import GIB, vm_body
from tests.lab.prism.caller import Caller

GROUPS = "/api/volumes/v4.3/config/volume-groups"
VMS = "/api/vmm/v4.3/ahv/config/vms"


def act(call: Caller, group: str, action: str, body: dict) -> dict:
    """The task of an action on a group."""
    return call.task_of(call("POST", f"{GROUPS}/{group}/$actions/{action}", json=body))


def test_only_a_shared_group_is_attached_twice(
    sim: PrismSimulator, call: Caller, vm: str, group: str
) -> None:
    other = call.done(call("POST", VMS, json=vm_body(sim, name="harbor-02")))
    act(call, group, "attach-vm", {"extId": vm})

    assert act(call, group, "attach-vm", {"extId": other})["status"] == "FAILED"
    sim.volume_groups[group].shared = True
    assert act(call, group, "attach-vm", {"extId": other})["status"] == "SUCCEEDED"


def test_an_index_in_use_fails_the_attachment(call: Caller, vm: str, group: str) -> None:
    task = act(call, group, "attach-vm", {"extId": vm, "index": 0})

    assert task["status"] == "FAILED"
    assert "already in use" in task["errorMessages"][0]["message"]


@pytest.mark.parametrize("mode", ["task", "answer", "allow"])
def test_deleting_an_attached_group_is_a_matter_of_the_knob(
    sim: PrismSimulator, call: Caller, vm: str, group: str, mode: str
) -> None:
    act(call, group, "attach-vm", {"extId": vm})
    sim.knobs.delete_attached_volume_group = mode

    answer = call("DELETE", f"{GROUPS}/{group}")

    if mode == "answer":
        assert answer.status_code == 409
    else:
        expected = "SUCCEEDED" if mode == "allow" else "FAILED"
        assert call.task_of(answer)["status"] == expected
    assert (group in sim.volume_groups) is (mode != "allow")


def test_a_machine_with_groups_may_refuse_deletion(
    sim: PrismSimulator, call: Caller, vm: str, group: str
) -> None:
    act(call, group, "attach-vm", {"extId": vm})
    sim.knobs.delete_vm_with_volume_group = "task"
    etag = call("GET", f"{VMS}/{vm}").headers["ETag"]

    task = call.task_of(call("DELETE", f"{VMS}/{vm}", headers={"If-Match": etag}))

    assert task["status"] == "FAILED"
    assert vm in sim.vms


def test_the_same_name_twice_is_a_matter_of_the_knob(
    sim: PrismSimulator, call: Caller, group: str
) -> None:
    body = {"name": "harbor-registry", "clusterReference": sim.cluster.uuid}

    assert call.task_of(call("POST", GROUPS, json=body))["status"] == "FAILED"
    sim.knobs.duplicate_volume_group = "answer"
    assert call("POST", GROUPS, json=body).status_code == 409
    sim.knobs.duplicate_volume_group = "allow"
    assert call.task_of(call("POST", GROUPS, json=body))["status"] == "SUCCEEDED"


def test_a_full_container_refuses_a_disk(sim: PrismSimulator, call: Caller, group: str) -> None:
    sim.container.used_bytes = sim.container.capacity_bytes
    source = {"extId": sim.container.uuid, "entityType": "STORAGE_CONTAINER"}
    body = {"diskSizeBytes": GIB, "diskDataSourceReference": source}

    task = call.task_of(call("POST", f"{GROUPS}/{group}/disks", json=body))

    assert task["errorMessages"][0]["errorGroup"] == "RESOURCE_SHORTAGE"


def test_machines_and_groups_may_vanish_without_a_task(
    sim: PrismSimulator, call: Caller, vm: str, group: str
) -> None:
    act(call, group, "attach-vm", {"extId": vm})
    tasks = len(sim.tasks.all)

    sim.lose_vm(vm)
    assert call("GET", f"{VMS}/{vm}").status_code == 404
    assert sim.volume_groups[group].attachments == {}

    sim.lose_volume_group(group)
    assert call("GET", f"{GROUPS}/{group}").status_code == 404
    assert (sim.hypervisor.disks, len(sim.tasks.all)) == ({}, tasks)


def test_unknown_machines_clusters_and_containers_are_told(
    sim: PrismSimulator, call: Caller, group: str
) -> None:
    task = act(call, group, "attach-vm", {"extId": "nowhere"})
    wrong = {"name": "data", "clusterReference": "nowhere", "sharingStatus": "NOT_SHARED"}
    source = {"extId": "nowhere", "entityType": "STORAGE_CONTAINER"}
    disk = {"diskSizeBytes": GIB, "diskDataSourceReference": source}

    failed = call.task_of(call("POST", f"{GROUPS}/{group}/disks", json=disk))
    odd = call("POST", GROUPS, json=wrong | {"sharingStatus": "PERHAPS"})

    assert task["errorMessages"][0]["errorGroup"] == "VM_NOT_FOUND"
    assert call("POST", GROUPS, json=wrong).status_code == 404
    assert "nowhere" in failed["errorMessages"][0]["message"]
    assert (odd.status_code, len(sim.volume_groups)) == (400, 1)
