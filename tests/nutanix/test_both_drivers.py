"""What both drivers promise alike: images, sizes, switches, lists, high availability."""

from base64 import b64encode
from dataclasses import replace
from uuid import uuid4

import pytest

from lab.prism import PrismSimulator
from lib.sizes import GIB
from nutanix.prism.errors import PrismError
from nutanix.prism.types import ImageSpec


def done(driver, ref):
    task = driver.task(ref)
    assert task.succeeded, task
    return task


@pytest.fixture
def here(driver, prism, spec):
    """What a machine is made from here, as this driver names it."""
    [cluster] = driver.clusters()
    return replace(spec, image=driver.images(cluster.ext_id)[0].ext_id)


@pytest.fixture
def vm(driver, here):
    return done(driver, driver.create_vm(here, request_id=str(uuid4()))).entity("vm")


def test_an_image_is_fetched_and_removed(driver, prism):
    spec = ImageSpec(
        name="debian-12", mark="Slipway image 1", cluster=prism.cluster.uuid,
        container=prism.container.uuid, url="https://mirror.example.com/debian-12.qcow2",
        sha256="ab" * 32,
    )

    task = done(driver, driver.create_image(spec, request_id=str(uuid4())))

    [image] = driver.images(prism.cluster.uuid, search="debian-12", most=1)
    assert task.entity("image")
    [made] = [i for i in driver.images(prism.cluster.uuid) if i.uuid == task.entity("image")]
    done(driver, driver.delete_image(made.uuid, request_id=str(uuid4())))
    assert made.uuid not in [each.uuid for each in driver.images(prism.cluster.uuid)]
    assert image.name.startswith("debian-12")


def test_an_image_that_the_cluster_cannot_fetch_is_told_by_its_task(driver, prism):
    spec = ImageSpec(
        name="lost", mark="m", cluster=prism.cluster.uuid, container=prism.container.uuid,
        url="https://mirror.invalid/x.qcow2",
    )

    task = driver.task(driver.create_image(spec, request_id=str(uuid4())))

    assert task.failed
    assert "mirror.invalid" in task.message


def test_a_machine_is_resized_restarted_and_reset(driver, vm):
    done(driver, driver.resize_vm(vm, cpus=4, memory_mib=8192, request_id=str(uuid4())))
    found = driver.get_vm(vm)
    assert (found.cpus, found.memory_mib, found.name) == (4, 8192, "harbor-01")
    assert found.description == "Slipway host 8d3e"

    done(driver, driver.power_on(vm, request_id=str(uuid4())))
    done(driver, driver.restart(vm, request_id=str(uuid4())))
    done(driver, driver.reset(vm, request_id=str(uuid4())))

    assert driver.get_vm(vm).is_on


def test_lists_what_is_on_the_cluster(driver, prism, vm):
    done(driver, driver.create_volume_group(
        "data", cluster=prism.cluster.uuid, mark="Slipway volume 1", request_id=str(uuid4())
    ))
    [group] = driver.volume_groups(prism.cluster.uuid)
    done(driver, driver.attach(group.ext_id, vm, request_id=str(uuid4())))

    assert [each.ext_id for each in driver.vms(prism.cluster.uuid)] == [vm]
    [group] = driver.volume_groups(prism.cluster.uuid)
    assert (group.name, group.description) == ("data", "Slipway volume 1")
    assert group.attached_to == (vm,)


def test_tells_the_facts_of_the_cluster(driver, prism):
    [cluster] = driver.clusters()

    assert (cluster.hypervisors, cluster.nodes, cluster.fault_tolerance) == (("AHV",), 3, 1)
    assert cluster.data_services_address == prism.cluster.data_services_address
    assert driver.containers(cluster.ext_id)[0].free_bytes >= GIB


@pytest.mark.parametrize(
    ("said", "state"),
    [("HighlyAvailable", "reserved"), ("BestEffort", "best_effort"), ("Recovering", "troubled")],
)
def test_tells_whether_machines_start_again_elsewhere(driver, prism, said, state):
    prism.knobs.ha_state = said
    [cluster] = driver.clusters()

    assert (driver.ha(cluster).state, driver.ha(cluster).said) == (state, said)


def test_high_availability_is_unknown_where_nobody_tells(driver, prism):
    [cluster] = driver.clusters()
    prism.knobs.serves_legacy = False

    assert driver.ha(cluster).state == "unknown"


def test_one_node_has_no_elsewhere(open_client, open_element):
    with PrismSimulator(nodes=1) as single:
        login = {"username": single.username, "password": single.password}
        for opener in (open_client, open_element):
            single.knobs.role = "pc" if opener is open_client else "pe"
            client = opener(**login, ca_pem=single.ca_pem, url=single.url)
            assert client.ha(client.clusters()[0]).state == "single_node"


@pytest.mark.parametrize("status", [409, 422, 500])
def test_a_request_that_prism_repeats_in_its_error_is_not_shown(driver, prism, here, status):
    """Also where the error is cut off in the middle of a secret."""
    secret = "".join(f"{number:06}" for number in range(400))
    spec = replace(here, user_data=f"#cloud-config\nkey: {secret}\n")
    prism.fail_next(method="POST", path=r"/vms/?$", status=status, echo=True, times=9)

    with pytest.raises(PrismError) as caught:
        driver.create_vm(spec, request_id=str(uuid4()))

    told = f"{caught.value} {caught.value.advice} {caught.value.detail}"
    encoded = b64encode(spec.user_data.encode()).decode()
    for text in (secret, encoded):
        pieces = {text[at : at + 24] for at in range(len(text) - 24)}
        assert not [piece for piece in pieces if piece in told]
    assert "•••" in told or status == 500  # which is cut before the secret
