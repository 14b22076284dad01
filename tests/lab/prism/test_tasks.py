"""Tasks that take time, fail, get stuck or are cancelled."""

import threading
from urllib.parse import quote

from lab.hypervisor import HypervisorError
from lab.prism import PrismSimulator
from tests.lab.prism.bodies import vm_body
from tests.lab.prism.caller import Caller

VMS = "/api/vmm/v4.3/ahv/config/vms"
TASKS = "/api/prism/v4.4/config/tasks"


def test_a_task_is_found_with_its_id_raw_or_encoded(call: Caller, vm: str) -> None:
    ext_id = next(iter(call.get(TASKS)["data"]))["extId"]

    assert ext_id.startswith("ZXJnb24=:")
    assert call.get(f"{TASKS}/{ext_id}")["data"]["extId"] == ext_id
    assert call.get(f"{TASKS}/{quote(ext_id, safe='')}")["data"]["extId"] == ext_id
    assert call("GET", f"{TASKS}/ZXJnb24=:none").status_code == 404


def test_tasks_move_by_the_clock_alone(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.task_seconds = 0.01
    begun, go_on = threading.Event(), threading.Event()
    define = sim.hypervisor.define

    def slow_define(**machine: object) -> None:
        begun.set()
        assert go_on.wait(30)
        define(**machine)

    sim.hypervisor.define = slow_define
    answer = call("POST", VMS, json=vm_body(sim))

    assert begun.wait(30)  # nobody asked about the task so far
    task = call.task_of(answer)
    assert (task["status"], task["completedTime"]) == ("RUNNING", None)
    go_on.set()
    sim.tasks.wait_for(sim.tasks.find(task["extId"]), timeout=30)
    assert call.task_of(answer)["status"] == "SUCCEEDED"


def test_the_next_task_fails_with_the_wanted_message(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(task="FAILED", message="No space left.")

    task = call.task_of(call("POST", VMS, json=vm_body(sim)))

    assert (task["status"], task["progressPercentage"]) == ("FAILED", 100)
    assert task["errorMessages"][0]["message"] == "No space left."
    assert sim.vms == {}
    assert call.task_of(call("POST", VMS, json=vm_body(sim)))["status"] == "SUCCEEDED"


def test_a_task_may_fail_without_a_message(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(task="FAILED", message="")

    task = call.task_of(call("POST", VMS, json=vm_body(sim)))

    assert (task["status"], task["errorMessages"]) == ("FAILED", [])


def test_an_administrator_may_cancel(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(task="STUCK")
    task = call.task_of(call("POST", VMS, json=vm_body(sim)))

    call("POST", f"{TASKS}/{task['extId']}/$actions/cancel")

    assert call.get(f"{TASKS}/{task['extId']}")["data"]["status"] == "CANCELED"
    assert call("POST", f"{TASKS}/{task['extId']}/$actions/cancel").status_code == 409


def test_a_stuck_task_goes_on_when_it_is_let(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(task="STUCK")
    task = call.task_of(call("POST", VMS, json=vm_body(sim)))
    assert (task["status"], sim.vms) == ("RUNNING", {})

    sim.tasks.finish(task["extId"])

    assert call.get(f"{TASKS}/{task['extId']}")["data"]["status"] == "SUCCEEDED"
    assert len(sim.vms) == 1


def test_what_the_hypervisor_says_becomes_the_message(call: Caller, sim: PrismSimulator) -> None:
    def refuse(**_: object) -> None:
        raise HypervisorError("The disk of this computer is full.")

    sim.hypervisor.define = refuse

    task = call.task_of(call("POST", VMS, json=vm_body(sim)))

    assert task["errorMessages"][0]["message"] == "The disk of this computer is full."
    assert sim.vms == {}


def test_an_unreachable_image_address_fails_later(sim: PrismSimulator, call: Caller) -> None:
    url = "/api/vmm/v4.3/content/images"

    def body(address: str) -> dict:
        source = {"$objectType": "vmm.v4.content.UrlSource", "url": address}
        return {"name": "noble", "type": "DISK_IMAGE", "source": source}

    bad = call.task_of(call("POST", url, json=body("https://mirror.invalid/noble.img")))
    good = call.done(call("POST", url, json=body("https://mirror.example.com/noble.img")))

    assert bad["status"] == "FAILED"
    found = call.get(url, **{"$filter": "type eq Vmm.Content.ImageType'DISK_IMAGE'"})["data"]
    assert good in [each["extId"] for each in found]
    call.done(call("DELETE", f"{url}/{good}"))
    assert good not in sim.images


def test_machines_made_at_the_same_time_get_different_addresses(
    sim: PrismSimulator, call: Caller
) -> None:
    sim.knobs.task_seconds = 0.001

    answers = [call("POST", VMS, json=vm_body(sim)) for _ in range(12)]
    for answer in answers:
        task = sim.tasks.find(answer.json()["data"]["extId"])
        sim.tasks.wait_for(task, timeout=30)

    addresses = {vm.nics[0].address for vm in sim.vms.values()}
    assert len(addresses) == 12


def test_tasks_wait_while_prism_is_down_and_go_on_afterwards(
    sim: PrismSimulator, call: Caller
) -> None:
    sim.knobs.task_seconds = 3600
    answer = call("POST", VMS, json=vm_body(sim))
    sim.stop()
    assert [task.status for task in sim.tasks.all.values()] == ["QUEUED"]
    assert sim.vms == {}

    sim.knobs.task_seconds = 0
    sim.start()

    assert call.task_of(answer)["status"] == "SUCCEEDED"
