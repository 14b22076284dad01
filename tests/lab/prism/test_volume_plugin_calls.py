"""The v1 and v0.8 calls that the Docker volume plugin makes (nutanix.md 5.2)."""

from lab.prism import PrismSimulator
from tests.lab.prism.bodies import GIB
from tests.lab.prism.caller import Caller

GROUPS = "/api/nutanix/v0.8/volume_groups"
TASKS = "/api/nutanix/v0.8/tasks"


def make_group(sim: PrismSimulator, call: Caller) -> str:
    """The id of a group of 1 GiB made the plugin's way."""
    found = call.get("/PrismGateway/services/rest/v1/containers/", searchString=sim.container.name)
    (container,) = found["entities"]
    config = {"containerUuid": container["containerUuid"], "sizeMb": 1024}
    body = {"name": "registry", "diskList": [{"createConfig": config}]}
    task = call("POST", GROUPS, json=body).json()["taskUuid"]
    polled = call.get(f"{TASKS}/{task}/poll", timeoutseconds=5)
    assert polled["taskInfo"]["progressStatus"] == "Succeeded"
    return polled["taskInfo"]["entityList"][0]["uuid"]


def test_makes_lists_and_deletes_a_volume(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.role = "pe"
    group = make_group(sim, call)

    (listed,) = call.get(GROUPS, includeDiskSize="True")
    assert listed["uuid"] == group
    assert listed["diskList"][0]["vmDiskSizeBytes"] == GIB
    assert listed["iscsiTarget"].startswith("iqn.2010-06.com.nutanix:registry-")
    assert call.get(f"{GROUPS}/{group}")["name"] == "registry"

    task = call("DELETE", f"{GROUPS}/{group}").json()["taskUuid"]
    assert call.get(f"{TASKS}/{task}")["progressStatus"] == "Succeeded"
    assert sim.volume_groups == {}


def test_a_machine_that_opens_a_volume_gets_its_disk(
    sim: PrismSimulator, call: Caller, vm: str
) -> None:
    sim.knobs.role = "pe"
    group = make_group(sim, call)
    (disk,) = sim.volume_groups[group].disks
    client = {"iscsiClient": {"clientAddress": sim.vms[vm].nics[0].address}}

    assert call("POST", f"{GROUPS}/{group}/open", json=client).json() == {"value": True}
    assert sim.hypervisor.machines[vm].disks == {disk}
    other = {"iscsiClient": {"clientAddress": "iqn.1994-05.com.redhat:elsewhere"}}
    assert call("POST", f"{GROUPS}/{group}/open", json=other).status_code == 409
    task = call("DELETE", f"{GROUPS}/{group}").json()["taskUuid"]
    assert call.get(f"{TASKS}/{task}")["progressStatus"] == "Failed"

    call("POST", f"{GROUPS}/{group}/close", json=client)
    assert sim.hypervisor.machines[vm].disks == set()
    assert call("POST", f"{GROUPS}/{group}/close", json=client).status_code == 200


def test_the_poll_returns_when_the_time_is_up(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.role = "pe"
    sim.fail_next(task="STUCK")
    config = {"containerUuid": sim.container.uuid, "sizeMb": 1}
    body = {"name": "registry", "diskList": [{"createConfig": config}]}
    task = call("POST", GROUPS, json=body).json()["taskUuid"]

    polled = call.get(f"{TASKS}/{task}/poll", timeoutseconds=0)

    assert polled["isTimedOut"] is True
    assert polled["taskInfo"]["progressStatus"] == "Running"
