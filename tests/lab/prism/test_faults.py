"""Faults that happen to the next call, and what the journal keeps of it."""

import uuid

import pytest
import requests

from lab.prism import PrismSimulator
from tests.lab.prism.bodies import vm_body
from tests.lab.prism.caller import Caller

VMS = "/api/vmm/v4.3/ahv/config/vms"
TASKS = "/api/prism/v4.4/config/tasks"


@pytest.mark.parametrize("status", [401, 403, 404, 409, 412, 500, 503])
def test_the_next_call_is_answered_with_a_status(
    sim: PrismSimulator, call: Caller, status: int
) -> None:
    sim.fail_next(method="POST", path=r"/vms$", status=status)

    assert call("GET", VMS).status_code == 200
    assert call("POST", VMS, json=vm_body(sim)).status_code == status
    assert sim.vms == {}
    assert call("POST", VMS, json=vm_body(sim)).status_code == 202


def test_too_many_requests_say_how_long_to_wait(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(status=429, retry_after=7, times=2)

    for _ in range(2):
        answer = call("GET", VMS)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert call("GET", VMS).status_code == 200


def test_a_rate_limit_lets_a_burst_through_and_no_more(sim: PrismSimulator, call: Caller) -> None:
    sim.knobs.requests_per_second = 0.001  # no refill while this test runs
    assert call("GET", VMS).status_code == 429

    sim.knobs.requests_per_second = None
    assert call("GET", VMS).status_code == 200


def test_a_dropped_answer_leaves_the_work_done(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(method="POST", drop_answer=True)
    headers = {"NTNX-Request-Id": str(uuid.uuid4())}

    with pytest.raises(requests.ConnectionError):
        call("POST", VMS, json=vm_body(sim), headers=headers)
    again = call("POST", VMS, json=vm_body(sim), headers=headers)

    assert call.task_of(again)["status"] == "SUCCEEDED"
    assert len(sim.vms) == 1
    assert [entry.status for entry in sim.journal.entries("POST")] == [0, 202]


def test_one_machine_gets_no_address(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(no_address=True)

    first = call.done(call("POST", VMS, json=vm_body(sim)))
    second = call.done(call("POST", VMS, json=vm_body(sim)))

    assert sim.vms[first].nics[0].address is None
    assert sim.vms[second].nics[0].address == "192.0.2.50"


def test_power_on_may_succeed_in_words_only(sim: PrismSimulator, call: Caller, vm: str) -> None:
    sim.fail_next(path="power-on", stays_off=True)

    assert call.task_of(call.act(vm, "power-on"))["status"] == "SUCCEEDED"

    assert call.get(f"{VMS}/{vm}")["data"]["powerState"] == "OFF"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("unknown", "certificate verify failed"),
        ("expired", "expired"),
        ("other-name", "not valid for|doesn't match"),
    ],
)
def test_a_wrong_certificate_is_shown_once(
    sim: PrismSimulator, call: Caller, wrong: str, told: str
) -> None:
    assert call("GET", VMS).status_code == 200  # a connection is open

    sim.fail_next(certificate=wrong)

    with pytest.raises(requests.exceptions.SSLError, match=told):
        call("GET", VMS)
    assert call("GET", VMS).status_code == 200


def test_a_fault_may_wait_for_a_later_call(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(status=503, after=2)

    assert [call("GET", VMS).status_code for _ in range(4)] == [200, 200, 503, 200]
    assert sim.faults.waiting == 0


def test_faults_may_be_forgotten(sim: PrismSimulator, call: Caller) -> None:
    sim.fail_next(status=503, times=9)
    assert sim.faults.waiting == 9

    sim.faults.clear()

    assert call("GET", VMS).status_code == 200


def test_comes_back_on_the_same_port_with_everything_there(
    sim: PrismSimulator, call: Caller, vm: str
) -> None:
    url = sim.url
    sim.stop()
    with pytest.raises(requests.ConnectionError):
        call("GET", VMS)

    sim.start()

    assert sim.url == url
    assert call.get(f"{VMS}/{vm}")["data"]["extId"] == vm


def test_a_misspelt_task_end_is_refused_at_once(sim: PrismSimulator) -> None:
    with pytest.raises(ValueError, match="STUCK"):
        sim.fail_next(task="FAILURE")
    with pytest.raises(ValueError, match="expired"):
        sim.fail_next(certificate="odd")


def test_the_journal_keeps_headers_and_strikes_out_secrets(
    sim: PrismSimulator, call: Caller, vm: str
) -> None:
    entry = sim.journal.entries("POST", "/vms")[0]

    assert entry.status == 202
    assert entry.user == "admin"
    uuid.UUID(entry.request_id)
    assert entry.headers["authorization"] == "•••"
    assert entry.body["guestCustomization"] == "•••"
    assert sim.password not in str(entry.as_json())
