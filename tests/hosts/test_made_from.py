"""Image and subnet of one host: chosen in the form, kept on the row, used again by a rebuild."""

import pytest
from django.urls import reverse

from hosts.models import DockerHost
from hosts.services import plan_host
from hosts.steps import prism as prism_steps
from lab.prism.inventory import Subnet
from nutanix.choosing import Choice, find
from tests.hosts.conftest import cluster_behind

pytestmark = pytest.mark.django_db
SIZE = {"cpus": 2, "memory_mib": 4096, "disk_gib": 40}
ADD = reverse("admin:hosts_dockerhost_add")


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(prism_steps, "_pause", lambda run, seconds: run.checkpoint())


@pytest.fixture(params=["pc_v4", "pe_v2"])
def cluster(request, prism):
    prism.knobs.role = {"pc_v4": "pc", "pe_v2": "pe"}[request.param]
    found = cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind=request.param
    )
    prism.add_image("rocky-9")
    prism.add_subnet(Subnet(uuid=prism.state.new_uuid(), name="second", managed=True,
                            network="10.9.0.0/24", gateway="10.9.0.1",
                            pool=("10.9.0.10", "10.9.0.90")))
    return found


def picked(cluster, kind, name):
    with cluster.client() as client:
        return find(client, cluster, kind, name)


def sent(cluster, **more):
    return SIZE | {"name": "harbor-01", "cluster": cluster.pk, "engine_port": 2376} | more


def test_the_chosen_image_and_subnet_make_the_machine(prism, cluster, ada, carry_out):
    image, subnet = picked(cluster, "image", "rocky-9"), picked(cluster, "subnet", "second")

    answer = ada.post(ADD, sent(cluster, image=image.value, subnet=subnet.value))

    assert answer.status_code == 302, answer.content.decode()
    host = DockerHost.objects.get()
    assert (host.image_name, host.subnet_name) == ("rocky-9", "second")
    assert carry_out("make", host).state == "succeeded"
    [vm] = prism.vms.values()
    assert vm.nics[0].subnet == subnet.ext_id
    assert prism.images[vm.disks[0].image].name == "rocky-9"


def test_without_a_choice_the_defaults_count_and_a_rebuild_uses_the_same(
    prism, cluster, carry_out
):
    host = plan_host(name="harbor-01", cluster=cluster, **SIZE)
    assert carry_out("make", host).state == "succeeded"
    host.refresh_from_db()
    assert host.image_name == prism.image.name
    other = picked(cluster, "image", "rocky-9")
    cluster.default_image_ext_id, cluster.default_image_name = other.ext_id, other.name
    cluster.save()
    prism.lose_vm(host.vm_ext_id)

    assert carry_out("make", DockerHost.objects.get()).state == "succeeded"

    [vm] = prism.vms.values()
    assert prism.images[vm.disks[0].image].name == prism.image.name


def test_a_forged_choice_is_refused_beside_its_field(cluster, ada):
    forged = Choice(ext_id="no-such-id", name="rocky-9").value

    text = ada.post(ADD, sent(cluster, image=forged, subnet=forged)).content.decode()

    assert "Image “rocky-9” is not known" in text
    assert "Subnet “rocky-9” is not known" in text
    assert not DockerHost.objects.exists()


def test_an_existing_machine_has_no_image(cluster, ada):
    chosen = picked(cluster, "image", "rocky-9").value

    given = sent(cluster, address="10.0.0.9", image=chosen) | {"cluster": ""}

    text = ada.post(ADD, given)

    assert "Only for a new machine on a cluster" in text.content.decode()


def test_the_pick_list_searches_on_the_chosen_cluster(cluster, ada):
    address = reverse("admin:hosts_dockerhost_pick", args=["image"])

    found = ada.get(address, {"term": "rocky", "field_name": cluster.pk}).json()["results"]

    assert [each["text"].split(" ")[0] for each in found] == ["rocky-9"]
    [told] = ada.get(address, {"term": "rocky", "field_name": ""}).json()["results"]
    assert told["disabled"]


def test_a_form_that_comes_back_holds_what_was_picked(cluster, ada):
    image = picked(cluster, "image", "rocky-9")

    text = ada.post(ADD, sent(cluster, name="", image=image.value)).content.decode()

    assert f'<option value="{image.value}" selected>rocky-9</option>' in text
