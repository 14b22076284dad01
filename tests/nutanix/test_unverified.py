"""What nobody could verify about Prism (nutanix.md 8): each value of each knob is lived with.

One story is played with every value: a machine and a volume group come, work together, and go.
"""

from dataclasses import fields, replace
from uuid import uuid4

import pytest

from lab.prism import Knobs
from lib.sizes import GIB
from nutanix.prism.errors import Conflict, NotFound

pytestmark = pytest.mark.full

# Fact of nutanix.md 8 → knob → the values that Prism may turn out to have.
FACTS = {
    "1": {
        "unauthorized_body": ("json", "html", "empty"), "forbidden_body": ("json", "html", "empty"),
        "missing_etag_status": (428, 412, 400), "stale_etag_status": (412, 409),
        "stale_etag_as": ("answer", "task"), "etag": ("required", "optional"),
        "etag_in": ("both", "header", "x-header", "body"),
        "not_found_body": ("json", "message", "empty"),
    },
    "2": {
        "replay": ("same", "refused", "new"), "replay_seconds": (3600.0, 0.0),
        "request_id": ("required", "optional"),
    },
    "3": {"sends_retry_after": (True, False), "rate_limit_status": (429, 400)},
    "4": {"serves_legacy": (True,)},
    "5": {
        "product": ("pc.7.6", "pc.2024.3"), "info": ("told", "missing"),
        "info_needs_login": (False, True),
    },
    "6": {
        "power_on_at_create": (False, True), "create_operation": ("VmCreate", "kVmCreate"),
        "power_on_operation": ("VmPowerOn", "kVmPowerOn"),
        "power_to_same_state": ("FAILED", "SUCCEEDED"),
        "vm_rel": ("vmm:ahv:config:vm", "vmm:ahv:vm"),
    },
    "7": {
        "duplicate_volume_group": ("task", "answer", "allow"),
        "delete_attached_volume_group": ("task", "answer", "allow"),
        "delete_vm_with_volume_group": ("allow", "task"), "unknown_reference": ("task", "answer"),
        "strict_bodies": (False, True), "object_type": ("required", "optional"),
        "duplicate_category": ("answer", "allow"), "category_create_status": (201, 200),
        "userdata_must_be_cloud_config": (False, True), "container_ext_id_is_null": (False, True),
    },
    "8": {
        "v2_error_body": ("json", "text", "empty"), "v2_lower_case_status": (False, True),
        "v2_change_status": (201, 200, 202), "v2_page_size": (None, 1), "v2_pages": (True, False),
        "v2_detach_body": ("full", "vm"), "v2_cookie": ("JSESSIONID", "NTNX_IGW_SESSION"),
        "v2_disk_spec": ("both", "create_spec", "create_config"),
        "ha_state": ("HighlyAvailable", "BestEffort", "Recovering"),
        "ha_reservation": ("RESERVE_SEGMENTS", "NoReservations"),
    },
    "12": {
        "no_space_error": (("VMM-30129", "RESOURCE_SHORTAGE"), ("X-1", "")),
        "no_address_error": (("VMM-30130", "INSUFFICIENT_RESOURCES_ERROR"), ("X-2", "")),
    },
}
# No open question, but what tests choose.
CHOSEN = {
    "role", "max_minor", "task_seconds", "sends_cookie", "cookie_seconds", "lockout_after",
    "requests_per_second", "address", "address_late_seconds", "list_lag_seconds",
}
CASES = [
    pytest.param(knob, value, id=f"{fact}-{knob}-{value}")
    for fact, knobs in FACTS.items() for knob, values in knobs.items() for value in values
]


def done(driver, ref):
    task = driver.task(ref)
    assert task.succeeded, task
    return task


def new_id():
    return str(uuid4())


@pytest.mark.parametrize(("knob", "value"), CASES)
def test_lives_with_it(driver, prism, spec, knob, value):
    setattr(prism.knobs, knob, value)
    [cluster] = driver.clusters()
    assert driver.ha(cluster).state in ("reserved", "best_effort", "troubled")
    [container] = driver.containers(cluster.ext_id)
    spec = replace(spec, image=driver.images(cluster.ext_id)[0].ext_id)
    vm = _a_machine(driver, prism, spec)
    group = _a_volume_group(driver, cluster.ext_id, container.ext_id)

    done(driver, driver.attach(group, vm, request_id=new_id()))
    assert driver.get_volume_group(group).attached_to == (vm,)
    assert {each.name for each in driver.volume_groups(cluster.ext_id)} == {"other", "data"}
    done(driver, driver.detach(group, vm, request_id=new_id()))
    done(driver, driver.delete_volume_group(group, request_id=new_id()))
    done(driver, driver.delete_vm(vm, request_id=new_id()))

    with pytest.raises(NotFound):
        driver.get_vm(vm)
    assert driver.find_vm(spec.mark, name=spec.name) is None


def _a_machine(driver, prism, spec):
    """Asked for in spite of limits; powered twice; found by name and by mark."""
    prism.fail_next(method="POST", path=r"/vms/?$", status=429)
    id_ = new_id()
    vm = done(driver, driver.create_vm(spec, request_id=id_)).entity("vm")
    if not driver.get_vm(vm).is_on:
        done(driver, driver.power_on(vm, request_id=new_id()))
    again = driver.task(driver.power_on(vm, request_id=new_id()))
    assert again.succeeded or again.message
    assert driver.get_vm(vm).is_on
    assert driver.get_vm(vm).address
    assert driver.find_vm(spec.mark, name=spec.name).ext_id == vm
    return vm


def _a_volume_group(driver, cluster, container):
    """One of two; the same name twice is refused one way or the other, or is allowed."""
    for name in ("other", "data"):
        done(driver, driver.create_volume_group(
            name, cluster=cluster, mark="Slipway volume 1", request_id=new_id()
        ))
    group = driver.find_volume_group("data").ext_id
    done(driver, driver.add_disk(
        group, container=container, size_bytes=2 * GIB, request_id=new_id()
    ))
    [disk] = driver.volume_disks(group)
    done(driver, driver.grow_disk(group, disk.ext_id, 3 * GIB, request_id=new_id()))
    try:
        ref = driver.create_volume_group(
            "other", cluster=cluster, mark="Slipway volume 2", request_id=new_id()
        )
    except Conflict:
        return group
    twice = driver.task(ref)
    if twice.succeeded:
        driver.delete_volume_group(twice.entity("volume_group"), request_id=new_id())
    return group


def test_every_open_question_has_its_knob_and_every_knob_its_question():
    asked = {knob for knobs in FACTS.values() for knob in knobs}

    assert asked | CHOSEN == {field.name for field in fields(Knobs)}
    assert not asked & CHOSEN
    # 9, 10, 11, 13, 14: Prism Central on CE, the volume plugin, names of disks in the guest, host
    # categories and CHAP: nothing of it is spoken between these drivers and Prism.
    assert set(FACTS) == {"1", "2", "3", "4", "5", "6", "7", "8", "12"}


def test_a_cluster_without_the_old_api_is_told_as_such(open_element, prism):
    """Fact 4: whether and when v2 goes away."""
    from nutanix.prism.errors import WrongEndpoint

    prism.knobs.serves_legacy = False

    with pytest.raises(WrongEndpoint, match="does not serve the v2 API"):
        open_element().clusters()
