"""One machine, ever: whatever Prism does in between, and whoever dies when."""

import pytest

from hosts.services import plan_host
from hosts.steps import power
from hosts.steps import prism as prism_steps
from operations.models import LogLine, StepRun

VMS = r"/ahv/config/vms$"


@pytest.fixture
def host(cluster):
    return plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(prism_steps, "_pause", lambda run, seconds: run.checkpoint())
    monkeypatch.setattr(prism_steps, "LOOK_SECONDS", 0.0)


def creates(prism):
    return [entry for entry in prism.journal.entries("POST") if entry.path.endswith("/vms")]


def test_makes_the_machine_and_records_where_it_is(prism, host, carry_out):
    ended = carry_out("make", host)

    assert ended.state == "succeeded", ended
    host.refresh_from_db()
    [vm] = prism.vms.values()
    assert host.vm_ext_id == vm.uuid
    assert host.address == vm.nics[0].address
    assert (vm.sockets * vm.cores_per_socket, vm.description) == (2, host.mark)
    assert host.requests == {}
    assert prism.hypervisor.is_on(vm.uuid)


def test_a_second_run_changes_nothing(prism, host, carry_out):
    carry_out("make", host)
    before = len(prism.journal.entries("POST"))

    ended = carry_out("make", host)

    assert ended.state == "succeeded", ended
    assert len(prism.journal.entries("POST")) == before


@pytest.fixture
def element_host(prism, db):
    from tests.hosts.conftest import cluster_behind

    prism.knobs.role = "pe"
    behind = cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind="pe_v2"
    )
    return plan_host(name="harbor-01", cluster=behind, cpus=2, memory_mib=4096, disk_gib=40)


@pytest.mark.parametrize(
    "fault", [{}, {"drop_answer": True}, {"status": 504}, {"status": 503, "times": 2}]
)
def test_makes_one_machine_on_a_prism_element(prism, element_host, carry_out, fault):
    if fault:
        prism.fail_next(method="POST", path=r"/vms/?$", **fault)

    ended = carry_out("make", element_host)

    assert ended.state == "succeeded", ended
    assert len(prism.vms) == 1
    element_host.refresh_from_db()
    assert element_host.address


@pytest.mark.parametrize("replay", ["same", "refused", "new"])
@pytest.mark.parametrize("times", [1, 2])
def test_lost_answers_make_one_machine(prism, host, carry_out, replay, times):
    prism.knobs.replay = replay
    prism.fail_next(method="POST", path=VMS, drop_answer=True, times=times)

    ended = carry_out("make", host)

    assert ended.state == "succeeded", ended
    assert len(prism.vms) == 1


def test_a_request_that_never_arrived_is_sent_again_with_its_id(
    prism, host, carry_out, monkeypatch
):
    from nutanix.prism.central import PrismCentral
    from nutanix.prism.errors import AnswerLost

    send, ids = PrismCentral.create_vm, []

    def lost_once(self, spec, *, request_id):
        ids.append(request_id)
        if len(ids) == 1:
            raise AnswerLost("The answer was lost.")
        return send(self, spec, request_id=request_id)

    monkeypatch.setattr(PrismCentral, "create_vm", lost_once)

    assert carry_out("make", host).state == "succeeded"
    assert ids[0] == ids[1]
    assert len(prism.vms) == 1


def test_a_crash_between_call_and_record_makes_one_machine(prism, host, carry_out):
    carry_out("make", host)
    host.refresh_from_db()
    sent = creates(prism)[0].request_id
    host.record(vm_ext_id="", address="", requests={"create": {"id": sent}})

    ended = carry_out("make", host)

    assert ended.state == "succeeded", ended
    assert "by its mark" in ended.log
    assert len(prism.vms) == 1


def test_a_failed_task_is_told_and_resumed_with_a_new_id(prism, host, carry_out):
    prism.fail_next(method="POST", path=VMS, task="FAILED", message="The container is full.")

    ended = carry_out("make", host)

    assert ended.state == "failed"
    assert "Prism could not make the machine harbor-01: The container is full." in ended.reason
    assert carry_out("make", ended).state == "succeeded"
    first, second = creates(prism)
    assert first.request_id != second.request_id
    assert len(prism.vms) == 1


def test_a_stuck_task_is_waited_for_again_not_asked_again(prism, host, carry_out, monkeypatch):
    monkeypatch.setattr(prism_steps, "TASK_SECONDS", 0.0)
    prism.fail_next(method="POST", path=VMS, task="STUCK")

    ended = carry_out("make", host)

    assert ended.state == "failed"
    assert "Waited 0 seconds for Prism to make the machine" in ended.reason
    assert "Look at the tasks in Prism" in ended.advice
    prism.tasks.finish(host_task(host))
    assert carry_out("make", ended).state == "succeeded"
    assert len(creates(prism)) == len(prism.vms) == 1


def host_task(host):
    host.refresh_from_db()
    return host.task_of("create")


def test_without_an_address_the_machine_is_kept(prism, host, carry_out, monkeypatch):
    monkeypatch.setattr(power, "ADDRESS_SECONDS", 0.0)
    prism.knobs.address = "never"

    ended = carry_out("make", host)

    assert ended.state == "failed"
    assert "IPAM or DHCP" in ended.advice
    prism.knobs.address = "assigned"
    assert carry_out("make", ended).state == "succeeded"
    assert len(prism.vms) == 1


def test_a_self_made_address_is_no_address(prism, host, carry_out, monkeypatch):
    monkeypatch.setattr(power, "ADDRESS_SECONDS", 0.0)
    prism.knobs.address = "apipa"

    assert carry_out("make", host).state == "failed"


def test_a_machine_that_stays_off_is_powered_on_again(prism, host, carry_out):
    prism.fail_next(method="POST", path="power-on", stays_off=True)

    ended = carry_out("make", host)

    assert ended.state == "succeeded", ended
    assert len(prism.journal.entries("POST", "power-on")) == 2


def test_no_room_for_the_machine_is_told_with_advice(prism, host, carry_out):
    prism.fail_next(method="POST", path="power-on", task="FAILED", message="No host has room.")

    ended = carry_out("make", host)

    assert "could not power on harbor-01: No host has room." in ended.reason
    assert carry_out("make", ended).state == "succeeded"
    assert len(prism.vms) == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "refuses our user name or password"),
        (403, "does not allow our user to view images, and create, power and delete"),
        (503, "still answers with HTTP 503 after 5 attempts"),
        (429, "still limits our requests after 5 attempts"),
    ],
)
def test_says_why_prism_refuses(prism, host, carry_out, status, told):
    prism.fail_next(path=VMS, status=status, times=99)

    ended = carry_out("make", host)

    assert ended.state == "failed"
    assert told in ended.reason
    prism.faults.clear()
    assert carry_out("make", ended).state == "succeeded"
    assert len(prism.vms) == 1


def test_refuses_a_name_that_somebody_elses_machine_has(prism, host, carry_out):
    carry_out("make", host)
    [vm] = prism.vms.values()
    vm.description = "a colleague's machine"
    host.refresh_from_db()
    host.record(vm_ext_id="")

    ended = carry_out("make", host)

    assert "has a machine named harbor-01 that is not ours" in ended.reason
    assert len(prism.vms) == 1


def test_tells_everything_that_stands_in_the_way_at_once(prism, host, carry_out):
    prism.cluster.operation_mode = "READ_ONLY"
    prism.image.size_bytes = 80 * 2**30
    prism.subnets.clear()

    ended = carry_out("make", host)

    assert "is read-only." in ended.reason
    assert "needs a disk of 80 GiB; 40 GiB were asked for." in ended.reason
    assert "The subnet lab is gone from Prism." in ended.reason
    assert not creates(prism)


def test_a_machine_that_was_deleted_is_made_anew(prism, host, carry_out):
    carry_out("make", host)
    old = set(prism.vms)
    prism.vms.clear()

    assert carry_out("make", host).state == "succeeded"
    assert len(prism.vms) == 1
    assert not old & set(prism.vms)


def test_deletes_only_what_carries_our_mark(prism, host, carry_out):
    carry_out("make", host)
    [vm] = prism.vms.values()
    vm.description = "adopted by a colleague"

    ended = carry_out("retire-host", host)

    assert "no longer carries our mark" in ended.reason
    assert prism.vms
    vm.description = host.mark
    assert carry_out("retire-host", ended).state == "succeeded"
    assert not prism.vms
    host.refresh_from_db()
    assert host.state == "gone"


def test_the_key_of_the_machine_is_in_no_log(prism, host, carry_out):
    prism.fail_next(method="POST", path=VMS, status=500, times=99)
    carry_out("make", carry_out("make", host))
    host.refresh_from_db()

    stored = " ".join(
        [*LogLine.objects.values_list("text", flat=True),
         *(f"{step.reason} {step.detail} {step.facts}" for step in StepRun.objects.all()),
         str(host.facts), str(host.requests)]
    )

    assert host.server_certificate.key_pem
    assert host.server_certificate.key_pem.splitlines()[1] not in stored
    assert "PRIVATE KEY" not in stored
    assert prism.password not in stored


def test_asks_for_the_static_address(prism, host, carry_out):
    host.record(static_address="192.0.2.71")

    assert carry_out("make", host).state == "succeeded"
    assert [vm.nics[0].address for vm in prism.vms.values()] == ["192.0.2.71"]


def test_asks_a_prism_element_for_it_too(prism, element_host, carry_out):
    element_host.record(static_address="192.0.2.71")

    assert carry_out("make", element_host).state == "succeeded"
    assert [vm.nics[0].address for vm in prism.vms.values()] == ["192.0.2.71"]


@pytest.mark.parametrize(("managed", "address", "told"), [
    (False, "192.0.2.71", "Prism does not manage the addresses of the subnet lab"),
    (True, "198.51.100.7", "lies outside of the subnet lab, 192.0.2.0/24"),
])
def test_says_where_a_static_address_cannot_be(prism, host, carry_out, managed, address, told):
    prism.subnet.managed = managed
    host.record(static_address=address)

    assert told in carry_out("make", host).reason
    assert not creates(prism)


def test_a_machine_made_anew_gets_its_old_address_where_it_is_free(prism, host, carry_out):
    carry_out("make", host)
    host.refresh_from_db()
    first = host.address
    [vm] = prism.vms.values()
    vm.nics[0].address = "192.0.2.88"  # so that the pool would give another one
    host.record(address="192.0.2.88")
    prism.lose_vm(vm.uuid)

    assert carry_out("make", host).state == "succeeded"
    host.refresh_from_db()
    assert host.address == "192.0.2.88" != first


def test_an_old_address_that_is_taken_does_not_stand_in_the_way(prism, host, carry_out):
    carry_out("make", host)
    host.refresh_from_db()
    [vm] = prism.vms.values()
    host.record(facts={"former_address": host.address}, vm_ext_id="", address="")
    vm.name = vm.description = "somebody-elses"

    ended = carry_out("make", host)

    assert ended.state == "succeeded", ended
    assert "is already in use" in ended.log
    host.refresh_from_db()
    assert host.address != vm.nics[0].address
