"""Prism Central's v4: what is there, one machine from nothing, one volume group, all versions."""

import pytest

from lib.sizes import GIB
from nutanix.prism.errors import NotFound, TooOld, WrongEndpoint


def test_tells_who_answers_and_which_versions_are_spoken(client):
    facts = client.verify()

    assert facts.version == "pc.7.6"
    assert facts.apis["vmm"] == "v4.3"


def test_lists_what_a_machine_can_be_made_from(client, prism):
    [cluster] = client.clusters()

    assert cluster.name == prism.cluster.name
    assert [each.name for each in client.containers(cluster.ext_id)] == [prism.container.name]
    assert client.containers(cluster.ext_id)[0].free_bytes == prism.container.free_bytes
    assert prism.image.uuid in [each.ext_id for each in client.images(cluster.ext_id)]
    assert client.images(cluster.ext_id, search="no such image") == []
    [subnet] = client.subnets(cluster.ext_id)
    assert (subnet.name, subnet.managed) == (prism.subnet.name, True)


@pytest.mark.parametrize("minor", [0, 1, 3])
def test_makes_a_machine_on_every_version(prism, open_client, spec, minor):
    for namespace in prism.knobs.max_minor:
        prism.knobs.max_minor[namespace] = minor
    client = open_client()

    task = client.task(client.create_vm(spec, request_id="r-1"))

    assert task.succeeded
    vm = client.get_vm(task.entity("vm"))
    assert (vm.name, vm.is_on) == ("harbor-01", False)
    assert prism.hypervisor.machines[vm.ext_id].user_data == spec.user_data.encode()
    client.power_on(vm.ext_id, request_id="r-2")
    vm = client.get_vm(vm.ext_id)
    assert vm.is_on
    assert vm.address
    assert client.find_vm(spec.mark, name=spec.name).ext_id == vm.ext_id
    assert client.find_vm("Slipway host other", name=spec.name) is None
    client.delete_vm(vm.ext_id, request_id="r-3")
    with pytest.raises(NotFound):
        client.get_vm(vm.ext_id)


def test_a_volume_group_lives_longer_than_its_machine(client, prism, spec):
    vm = client.task(client.create_vm(spec, request_id="v")).entity("vm")
    made = client.create_volume_group(
        "team-a-registry", cluster=prism.cluster.uuid, mark="Slipway volume 1", request_id="g"
    )
    group = client.task(made).entity("volume_group")
    client.add_disk(
        group, container=prism.container.uuid, size_bytes=10 * GIB, request_id="d"
    )
    client.attach(group, vm, request_id="a")

    assert client.get_volume_group(group).attached_to == (vm,)
    [disk] = client.volume_disks(group)
    assert disk.size_bytes == 10 * GIB
    client.grow_disk(group, disk.ext_id, 20 * GIB, request_id="w")
    assert client.volume_disks(group)[0].size_bytes == 20 * GIB
    client.detach(group, vm, request_id="x")
    client.delete_vm(vm, request_id="y")
    assert client.find_volume_group("team-a-registry").description == "Slipway volume 1"
    client.delete_volume_group(group, request_id="z")
    assert client.find_volume_group("team-a-registry") is None


def test_reads_all_pages(client, prism):
    for number in range(230):
        prism.add_image(f"image-{number}")

    assert len(client.images(prism.cluster.uuid)) == 231


def test_says_that_the_address_is_a_prism_element(prism, client):
    prism.knobs.role = "pe"

    with pytest.raises(WrongEndpoint, match="is a Prism Element"):
        client.verify()


def test_says_that_prism_central_is_too_old(prism, client):
    prism.knobs.max_minor = {}
    prism.knobs.serves_legacy = False

    with pytest.raises(TooOld, match="serves no v4"):
        client.verify()
