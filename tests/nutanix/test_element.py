"""Prism Element's v2: the same questions and deeds as with Prism Central."""

import pytest

from lab.prism import Knobs
from lib.sizes import GIB
from nutanix.prism.element import PrismElement
from nutanix.prism.errors import AnswerLost, NotFound, WrongEndpoint, WrongPassword
from nutanix.prism.session import PrismSession


@pytest.fixture
def knobs():
    return Knobs(role="pe")


@pytest.fixture
def element(prism):
    session = PrismSession(
        prism.url, name="lab", username=prism.username, password=prism.password,
        ca_pem=prism.ca_pem, read_timeout=5,
    )
    session.pause = lambda seconds: None
    with PrismElement(session) as client:
        yield client


@pytest.fixture
def spec(spec, element):
    from dataclasses import replace

    return replace(spec, image=element.images("")[0].ext_id)


def test_tells_who_answers(element, prism):
    facts = element.verify()

    assert (facts.kind, facts.name) == ("pe_v2", prism.cluster.name)


def test_lists_what_a_machine_can_be_made_from(element, prism):
    [cluster] = element.clusters()

    assert (cluster.ext_id, cluster.nodes) == (prism.cluster.uuid, 3)
    assert prism.container.name in [each.name for each in element.containers(cluster.ext_id)]
    assert [each.name for each in element.images(cluster.ext_id)] == [prism.image.name]
    assert element.images(cluster.ext_id, search="no such") == []
    [subnet] = element.subnets(cluster.ext_id)
    assert (subnet.managed, subnet.network) == (True, prism.subnet.network)


def test_a_machine_from_beginning_to_end(element, prism, spec):
    task = element.task(element.create_vm(spec, request_id="6a1f6a2e-0d0e-4c8e-9a51-0f2f6f1c0001"))

    assert task.succeeded
    vm = element.get_vm(task.entity("vm"))
    assert prism.hypervisor.machines[vm.ext_id].user_data == spec.user_data.encode()
    element.power_on(vm.ext_id, request_id="")
    vm = element.get_vm(vm.ext_id)
    assert vm.is_on
    assert vm.address
    assert element.find_vm(spec.mark, name="renamed meanwhile").ext_id == vm.ext_id
    assert len(element.vms_named(spec.name, prism.cluster.uuid)) == 1
    element.power_off(vm.ext_id, request_id="")
    element.delete_vm(vm.ext_id, request_id="")
    with pytest.raises(NotFound):
        element.get_vm(vm.ext_id)


def test_a_volume_group_from_beginning_to_end(element, prism, spec):
    vm = element.task(element.create_vm(spec, request_id="")).entity("vm")
    element.create_volume_group("data", cluster="", mark="Slipway volume 1", request_id="")
    group = element.find_volume_group("data")
    element.add_disk(
        group.ext_id, container=prism.container.uuid, size_bytes=5 * GIB, request_id=""
    )
    element.attach(group.ext_id, vm, request_id="")

    assert element.get_volume_group(group.ext_id).attached_to == (vm,)
    [disk] = element.volume_disks(group.ext_id)
    assert disk.size_bytes == 5 * GIB
    element.grow_disk(group.ext_id, disk.ext_id, 6 * GIB, request_id="")
    assert element.volume_disks(group.ext_id)[0].size_bytes == 6 * GIB
    element.detach(group.ext_id, vm, request_id="")
    element.delete_volume_group(group.ext_id, request_id="")
    assert element.find_volume_group("data") is None


def test_says_that_the_address_is_a_prism_central(element, prism):
    prism.knobs.role = "pc"

    with pytest.raises(WrongEndpoint, match="is a Prism Central"):
        element.verify()


@pytest.mark.parametrize("body", ["json", "text", "empty"])
def test_a_missing_machine_is_not_found_whatever_the_body(element, prism, body):
    prism.knobs.v2_error_body = body

    with pytest.raises(NotFound):
        element.get_vm("00000000-0000-0000-0000-000000000000")


def test_status_words_of_any_case_are_understood(element, prism, spec):
    prism.knobs.v2_lower_case_status = True

    assert element.task(element.create_vm(spec, request_id="")).succeeded


def test_a_failed_task_says_why(element, prism, spec):
    prism.fail_next(method="POST", path="/vms", task="FAILED", message="No host has room.")

    task = element.task(element.create_vm(spec, request_id=""))

    assert (task.failed, task.message) == (True, "No host has room.")


def test_what_must_exist_once_is_not_sent_again_after_a_doubtful_answer(element, prism, spec):
    prism.fail_next(method="POST", path="/vms", status=504)

    with pytest.raises(AnswerLost):
        element.create_vm(spec, request_id="")

    assert len(prism.journal.entries("POST")) == 1


def test_a_wrong_password_is_tried_once(prism):
    session = PrismSession(
        prism.url, name="lab", username="admin", password="no", ca_pem=prism.ca_pem
    )

    with PrismElement(session) as client, pytest.raises(WrongPassword):
        client.clusters()

    assert len(prism.journal.entries("GET")) == 1
