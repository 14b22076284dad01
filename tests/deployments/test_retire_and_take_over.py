"""Data outlives its registry: retired with its volumes kept, taken over, then deleted for good."""

import pytest

from deployments import services
from deployments.clients import open_harbor
from deployments.models import HarborInstance
from hosts.models import DockerHost, Volume
from tests.deployments.images import PROJECT, await_served, push, trust
from tests.deployments.lab_rows import cluster_of, release_of, small_instance, told

# Two deployments and two retirements: the longest story of the lab.
pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]


@pytest.fixture
def first(lab, console) -> HarborInstance:
    return small_instance(
        cluster=cluster_of(lab), release=release_of(lab, console.RELEASES_DIR)
    )


def retired(instance, carry_out, **choices):
    operation = carry_out(services.retire(instance, typed_name=instance.name, **choices))
    assert operation.state == "succeeded", told(operation)
    instance.refresh_from_db()
    assert instance.state == HarborInstance.State.RETIRED
    return operation


def test_an_image_survives_its_registry(lab, first, carry_out, tmp_path):
    made = carry_out(services.deploy(first))
    assert made.state == "succeeded", told(made)
    first.refresh_from_db()
    digest = push(first, tmp_path, "kept")

    retired(first, carry_out, delete_host=True)

    assert DockerHost.objects.get().state == DockerHost.State.GONE
    assert set(Volume.objects.values_list("kept", "claimed_by")) == {(True, "")}

    second = HarborInstance.objects.create(
        name=first.name, fqdn=first.fqdn, cluster=first.cluster, release=first.release,
        takes_over=first, registry_gib=2, database_gib=1, redis_gib=1, jobservice_gib=1,
    )
    again = carry_out(services.deploy(second))
    assert again.state == "succeeded", told(again)
    second.refresh_from_db()
    assert second.secretkey == first.secretkey
    assert await_served(second, tmp_path, "kept") == digest
    with open_harbor(second, trust(second, tmp_path)) as client:
        assert client.artifact(PROJECT, "kept", "v1")["digest"] == digest

    # Its machine is dead by now, which is no obstacle.
    lab.hypervisor.power_off(second.host.vm_ext_id)
    operation = retired(second, carry_out, delete_host=True, delete_volumes=True)

    assert operation.lines.filter(text__contains="does not answer. On its own disk").exists()

    with second.cluster.client() as prism:
        assert prism.vms_named(second.name, second.cluster.ext_id) == []
        names = Volume.objects.values_list("name", flat=True)
        assert [prism.find_volume_group(name) for name in names] == [None] * 4
