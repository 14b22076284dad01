"""A machine that is on the cluster already becomes a Docker host, and is never deleted."""

import pytest
from django.urls import reverse

from hosts import drift, importing
from hosts.models import DockerHost
from hosts.services import compare_now, plan_host, plan_volumes
from hosts.switching import switch_off
from lab.prism.entities import Nic, Vm
from operations import runner
from operations.errors import Refused
from tests.hosts.conftest import Ended

pytestmark = pytest.mark.django_db
PAGE = "admin:hosts_dockerhost_import"


def existing(prism, number=1, **changes):
    """Somebody's machine, which is on."""
    uuid = f"{number:08d}-0000-4000-8000-000000000000"
    vm = Vm(**{
        "uuid": uuid, "name": "Docker 01", "cluster": prism.cluster.uuid, "sockets": 4,
        "memory_bytes": 8 * 2**30, "description": "of team a",
        "nics": [Nic(uuid=f"nic-{number}", mac="", subnet=prism.subnet.uuid,
                     address=f"192.0.2.{80 + number}")],
    } | changes)
    prism.vms[uuid] = vm
    prism.hypervisor.define(
        uuid=uuid, name=vm.name, mac="", address=None, user_data=b"", meta_data=b""
    )
    prism.hypervisor.power_on(uuid)
    return vm


@pytest.fixture
def imported(prism, cluster):
    vm = existing(prism)
    return importing.import_machine(cluster, vm.uuid, name="docker-01")


def done(operation):
    runner.execute(operation.pk, threads=False)
    return Ended(operation)


def test_the_books_have_it_as_it_is(imported):
    assert not imported.is_ours
    assert (imported.address, imported.cpus, imported.memory_mib) == ("192.0.2.81", 4, 8192)
    assert imported.state == DockerHost.State.NEW


def test_it_may_carry_volume_groups(imported, cluster):
    [volume] = plan_volumes(
        claimed_by="a", prefix="a", sizes={"registry": 5}, backend="volume_group", host=imported,
        cluster=cluster,
    ).values()

    assert volume.cluster_id == imported.cluster_id


def test_it_is_compared_without_a_mark_and_switched_off(prism, imported, settings):
    settings.PIPELINES = "tests.hosts.pipelines.WITHOUT_ENGINES"
    imported.record(state=DockerHost.State.READY)
    done(compare_now())
    imported.refresh_from_db()
    assert imported.compared_at
    assert imported.drift == []

    assert done(switch_off(imported)).state == "succeeded"
    assert not prism.hypervisor.is_on(imported.vm_ext_id)


def test_it_is_never_deleted(prism, imported, carry_out):
    ended = carry_out("retire-host", imported)

    assert "was not made by Slipway and stays" in ended.log
    assert imported.vm_ext_id in prism.vms


def test_a_lost_one_is_told(prism, imported):
    imported.record(state=DockerHost.State.READY)
    prism.lose_vm(imported.vm_ext_id)

    done(compare_now())

    imported.refresh_from_db()
    assert [drift.words(each) for each in imported.drift] == ["deleted in Prism"]


def test_everything_that_stands_in_the_way_is_told_at_once(prism, cluster, carry_out):
    host = plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
    carry_out("make", host)
    [vm] = prism.vms.values()
    host.refresh_from_db()

    with pytest.raises(Refused, match="is the Docker host harbor-01 already"):
        importing.import_machine(cluster, vm.uuid, name="other")
    host.record(vm_ext_id="another")
    vm.nics.clear()
    with pytest.raises(Refused) as caught:
        importing.import_machine(cluster, vm.uuid, name="Bad_Name")

    for part in ("adopt it on the page of leftovers", "knows no address", "underscore"):
        assert part in caught.value.message


def test_the_page_asks_which_of_two_and_leads_to_the_script(ada, prism, cluster):
    existing(prism)
    second = existing(prism, 2)
    data = {"cluster": cluster.pk, "machine": "Docker 01", "name": "docker-02"}
    assert ada.get(reverse(PAGE), secure=True).status_code == 200

    answer = ada.post(reverse(PAGE), data, secure=True)
    assert "choose one" in str(answer.context["form"].errors)
    assert "192.0.2.82" in answer.content.decode()
    answer = ada.post(reverse(PAGE), data | {"ext_id": second.uuid}, secure=True)

    host = DockerHost.objects.get()
    assert host.vm_ext_id == second.uuid
    assert answer.url == reverse("admin:hosts_dockerhost_script", args=[host.pk])
    assert "PRIVATE KEY" in ada.post(answer.url, secure=True).content.decode()


def test_an_unknown_name_is_told_beside_its_field(ada, prism, cluster):
    data = {"cluster": cluster.pk, "machine": "nobody", "name": "docker-02"}

    answer = ada.post(reverse(PAGE), data, secure=True)

    assert list(answer.context["form"].errors) == ["machine"]
