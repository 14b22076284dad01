"""A volume group's life in v4: disks, attachment, growth, deletion."""

from lab.prism import PrismSimulator
from tests.lab.prism.bodies import GIB
from tests.lab.prism.caller import Caller

GROUPS = "/api/volumes/v4.3/config/volume-groups"
VMS = "/api/vmm/v4.3/ahv/config/vms"


def act(call: Caller, group: str, action: str, body: dict) -> dict:
    """The task of an action on a group."""
    return call.task_of(call("POST", f"{GROUPS}/{group}/$actions/{action}", json=body))


def disk_of(sim: PrismSimulator, group: str) -> str:
    """The only disk of a group."""
    (disk,) = sim.volume_groups[group].disks
    return disk


def test_the_guest_sees_the_disk_under_the_id_that_prism_tells(
    sim: PrismSimulator, call: Caller, vm: str, group: str
) -> None:
    assert act(call, group, "attach-vm", {"extId": vm})["status"] == "SUCCEEDED"

    (disk,) = call.get(f"{GROUPS}/{group}/disks")["data"]
    assert sim.hypervisor.machines[vm].disks == {disk["extId"]}
    assert sim.hypervisor.disks == {disk["extId"]: GIB}
    assert disk["storageContainerId"] == sim.container.uuid


def test_machine_and_group_both_tell_of_the_attachment(call: Caller, vm: str, group: str) -> None:
    act(call, group, "attach-vm", {"extId": vm})

    (attached,) = call.get(f"{GROUPS}/{group}/vm-attachments")["data"]
    backings = [disk["backingInfo"] for disk in call.get(f"{VMS}/{vm}")["data"]["disks"]]
    shown = call.get(f"{GROUPS}/{group}")["data"]
    assert (attached["extId"], attached["index"]) == (vm, 1)
    assert backings[1]["volumeGroupExtId"] == group
    assert shown["attachmentType"] == "DIRECT"
    assert shown["attachments"][0]["extId"] == vm
    assert "attachments" not in call.get(f"{GROUPS.replace('4.3', '4.0')}/{group}")["data"]


def test_a_disk_added_later_is_plugged_in_at_once(
    sim: PrismSimulator, call: Caller, vm: str, group: str
) -> None:
    act(call, group, "attach-vm", {"extId": vm})
    source = {"extId": sim.container.uuid, "entityType": "STORAGE_CONTAINER"}
    body = {"index": 5, "diskSizeBytes": GIB, "diskDataSourceReference": source}

    call.done(call("POST", f"{GROUPS}/{group}/disks", json=body))

    assert len(sim.hypervisor.machines[vm].disks) == 2
    again = call.task_of(call("POST", f"{GROUPS}/{group}/disks", json=body))
    assert "index '5' is already in use" in again["errorMessages"][0]["message"]


def test_detach_takes_the_disk_away_and_keeps_its_content(
    sim: PrismSimulator, call: Caller, vm: str, group: str
) -> None:
    act(call, group, "attach-vm", {"extId": vm})

    assert act(call, group, "detach-vm", {"extId": vm})["status"] == "SUCCEEDED"

    assert sim.hypervisor.machines[vm].disks == set()
    assert disk_of(sim, group) in sim.hypervisor.disks
    assert "data" not in call.get(f"{GROUPS}/{group}/vm-attachments")
    assert act(call, group, "detach-vm", {"extId": vm})["status"] == "FAILED"


def test_a_disk_grows_and_never_shrinks(sim: PrismSimulator, call: Caller, group: str) -> None:
    url = f"{GROUPS}/{group}/disks/{disk_of(sim, group)}"

    assert call("PUT", url, json={"diskSizeBytes": 2 * GIB}).status_code == 428
    for size, status in ((2 * GIB, "SUCCEEDED"), (GIB, "FAILED")):
        headers = {"If-Match": call("GET", url).headers["ETag"]}
        answer = call("PUT", url, json={"diskSizeBytes": size}, headers=headers)
        assert call.task_of(answer)["status"] == status

    assert sim.hypervisor.disks[disk_of(sim, group)] == 2 * GIB


def test_a_detached_group_is_deleted_with_its_data(
    sim: PrismSimulator, call: Caller, group: str
) -> None:
    call.done(call("DELETE", f"{GROUPS}/{group}"))

    assert (sim.volume_groups, sim.hypervisor.disks) == ({}, {})
    gone = call("GET", f"{GROUPS}/{group}")
    assert gone.status_code == 404
    assert gone.json()["data"]["error"][0]["code"] == "VOL-40301"


def test_a_group_outlives_its_machine(
    sim: PrismSimulator, call: Caller, vm: str, group: str
) -> None:
    act(call, group, "attach-vm", {"extId": vm})
    etag = call("GET", f"{VMS}/{vm}").headers["ETag"]

    call.done(call("DELETE", f"{VMS}/{vm}", headers={"If-Match": etag}))

    assert sim.volume_groups[group].attachments == {}
    assert disk_of(sim, group) in sim.hypervisor.disks


def test_finds_a_group_by_name(call: Caller, group: str) -> None:
    found = call.get(GROUPS, **{"$filter": "name eq 'harbor-registry'"})["data"]

    assert [each["extId"] for each in found] == [group]
    assert found[0]["targetName"] == f"harbor-registry-{group}"


def test_a_disk_is_taken_out_of_a_group(
    sim: PrismSimulator, call: Caller, vm: str, group: str
) -> None:
    act(call, group, "attach-vm", {"extId": vm})
    disk = disk_of(sim, group)

    call.done(call("DELETE", f"{GROUPS}/{group}/disks/{disk}"))

    assert sim.hypervisor.machines[vm].disks == set()
    assert call("GET", f"{GROUPS}/{group}/disks/{disk}").status_code == 404


def test_disks_may_come_with_the_group(sim: PrismSimulator, call: Caller) -> None:
    source = {"extId": sim.container.uuid, "entityType": "STORAGE_CONTAINER"}
    disk = {"diskSizeBytes": GIB, "diskDataSourceReference": source}
    body = {"name": "data", "clusterReference": sim.cluster.uuid, "disks": [disk, disk]}

    group = call.done(call("POST", GROUPS, json=body))

    disks = call.get(f"{GROUPS}/{group}/disks")["data"]
    assert [each["index"] for each in disks] == [0, 1]
