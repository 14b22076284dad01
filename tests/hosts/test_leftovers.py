"""The janitor: what has our mark but is in no book, and what is in the books but not in Prism."""

from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from hosts import leftovers
from hosts.models import DockerHost, Leftover, Volume
from hosts.services import plan_host, plan_volumes
from hosts.steps import prism as prism_steps
from operations import runner
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation
from tests.hosts.conftest import Ended, cluster_behind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(prism_steps, "_pause", lambda run, seconds: run.checkpoint())


@pytest.fixture(params=["pc_v4", "pe_v2"])
def cluster(request, prism):
    prism.knobs.role = {"pc_v4": "pc", "pe_v2": "pe"}[request.param]
    return cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind=request.param
    )


@pytest.fixture
def host(cluster, carry_out):
    """A machine in use, with one volume group."""
    host = plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
    assert carry_out("make", host).state == "succeeded"
    host.refresh_from_db()
    host.record(state=DockerHost.State.READY)
    [volume] = plan_volumes(
        claimed_by="", prefix="one", sizes={"registry": 5}, backend="volume_group", host=host,
        cluster=cluster,
    ).values()
    with cluster.client() as client:
        client.create_volume_group(
            volume.name, cluster=cluster.ext_id, mark=volume.mark, request_id=str(uuid4())
        )
        group = client.find_volume_group(volume.name)
        client.attach(group.ext_id, host.vm_ext_id, request_id=str(uuid4()))
    volume.record(volume_group_ext_id=group.ext_id, state=Volume.State.READY)
    return host


def seen(cluster):
    found = leftovers.look(cluster)
    return [each.name for each in found.strangers], [str(row) for row in found.missing]


def done(operation):
    runner.execute(operation.pk, threads=False)
    return Ended(operation)


def forget(host):
    """As after an old backup of the database was restored."""
    Volume.objects.all().delete()
    host.delete()


def test_what_is_in_both_is_not_mentioned(cluster, host):
    assert seen(cluster) == ([], [])


def test_machines_of_others_are_not_mentioned(prism, cluster, host):
    prism.vms[host.vm_ext_id].description = "a colleague's"

    assert seen(cluster) == ([], [])


def test_what_prism_lost_is_named(prism, cluster, host):
    prism.lose_vm(host.vm_ext_id)
    prism.lose_volume_group(next(iter(prism.volume_groups)))

    assert seen(cluster) == ([], ["harbor-01", "one-registry"])


def test_what_the_books_lost_is_named(cluster, host):
    forget(host)

    assert seen(cluster) == (["harbor-01", "one-registry"], [])


def test_a_machine_that_is_being_made_is_no_stranger(cluster, host):
    host.record(vm_ext_id="")

    assert seen(cluster) == ([], [])


def test_a_second_machine_of_a_host_is_a_stranger_that_cannot_be_adopted(cluster, host):
    first = host.vm_ext_id
    host.record(vm_ext_id="another")

    [stranger] = leftovers.look(cluster).strangers

    assert not stranger.may_adopt
    with pytest.raises(Refused, match="has another machine by now"):
        leftovers.adopt(cluster, first)


def test_a_machine_is_adopted_under_its_old_identity(prism, cluster, host):
    forget(host)
    [vm] = prism.vms

    adopted = leftovers.adopt(cluster, vm)

    assert (adopted.uuid, adopted.name, adopted.vm_ext_id) == (host.uuid, "harbor-01", vm)
    assert adopted.mark == prism.vms[vm].description
    assert adopted.address == host.address
    assert seen(cluster)[0] == ["one-registry"]


def test_a_retired_host_that_is_still_there_is_adopted_as_itself(prism, cluster, host):
    vm = host.vm_ext_id
    host.record(state=DockerHost.State.GONE, vm_ext_id="", address="")

    assert leftovers.adopt(cluster, vm).pk == host.pk
    assert DockerHost.objects.get().vm_ext_id == vm


def test_a_name_that_is_taken_stands_in_the_way(prism, cluster, host):
    forget(host)
    DockerHost.objects.create(name="harbor-01", address="192.0.2.9")

    with pytest.raises(Refused, match="another Docker host named harbor-01"):
        leftovers.adopt(cluster, next(iter(prism.vms)))


def test_a_volume_group_is_adopted_only_with_its_row(prism, cluster, host):
    [group] = prism.volume_groups
    Volume.objects.update(state=Volume.State.DELETED, host=None, volume_group_ext_id=group)

    assert leftovers.adopt(cluster, group) == Volume.objects.get()
    volume = Volume.objects.get()
    assert (volume.state, volume.kept) == (Volume.State.DETACHED, True)

    Volume.objects.all().delete()
    with pytest.raises(Refused, match="how it was formatted"):
        leftovers.adopt(cluster, group)


def test_a_machine_is_deleted_and_its_volume_groups_stay(prism, cluster, host):
    forget(host)
    [vm] = prism.vms

    ended = done(leftovers.delete(cluster, vm, typed_name="harbor-01"))

    assert ended.state == "succeeded", ended
    assert not prism.vms
    assert [group.attachments for group in prism.volume_groups.values()] == [{}]
    assert Leftover.objects.get().deleted_at


def test_a_volume_group_that_is_in_use_is_not_deleted(prism, cluster, host):
    forget(host)
    [vm], [group] = prism.vms, prism.volume_groups

    ended = done(leftovers.delete(cluster, group, typed_name="one-registry"))

    assert f"is attached to a machine ({vm})" in ended.reason
    prism.lose_vm(vm)
    operation = operations.resume(ended.operation, by=None)
    assert done(operation).state == "succeeded"
    assert not prism.volume_groups


@pytest.mark.parametrize(("change", "told"), [
    (lambda prism, vm: setattr(prism.vms[vm], "description", "mine"), "no longer carries our mark"),
    (lambda prism, vm: DockerHost.objects.create(name="a", vm_ext_id=vm), "belongs to a by now"),
])
def test_what_changed_since_the_decision_is_not_deleted(prism, cluster, host, change, told):
    forget(host)
    [vm] = prism.vms
    operation = leftovers.delete(cluster, vm, typed_name="harbor-01")
    change(prism, vm)

    ended = done(operation)

    assert told in ended.reason
    assert prism.hypervisor.is_on(vm)


def test_the_name_must_be_typed_and_what_is_known_is_refused(prism, cluster, host):
    with pytest.raises(Refused, match="not in the books"):
        leftovers.delete(cluster, host.vm_ext_id, typed_name="harbor-01")
    forget(host)
    with pytest.raises(Refused, match="Type the name, harbor-01"):
        leftovers.delete(cluster, next(iter(prism.vms)), typed_name="harbor-02")
    assert not Leftover.objects.exists()


PAGE = "admin:hosts_dockerhost_leftovers"


def test_the_page_shows_both_and_leads_on(ada, prism, cluster, host):
    forget(host)
    [vm], [group] = prism.vms, prism.volume_groups
    Volume.objects.create(
        name="lost", role="redis", size_gib=1, cluster=cluster, volume_group_ext_id="gone",
        state="ready",
    )

    shown = ada.get(reverse(PAGE), secure=True).content.decode()

    for part in ("harbor-01", "one-registry", "lost", "Another console may have made them"):
        assert part in shown
    page = reverse("admin:hosts_dockerhost_leftover_delete", args=[cluster.pk, group])
    assert "all its data are deleted" in ada.get(page, secure=True).content.decode()
    ada.post(page, {"typed_name": "one"}, secure=True)
    assert not Operation.objects.filter(kind="delete-leftover").exists()
    ada.post(page, {"typed_name": "one-registry"}, secure=True)
    assert Operation.objects.filter(kind="delete-leftover").exists()
    ada.post(
        reverse("admin:hosts_dockerhost_leftover_adopt", args=[cluster.pk, vm]), secure=True
    )
    assert DockerHost.objects.get().name == "harbor-01"


def test_a_prism_that_does_not_answer_is_told_on_the_page(ada, prism, cluster):
    prism.fail_next(path="vms", status=403, times=9)

    assert "does not allow our user" in ada.get(reverse(PAGE), secure=True).content.decode()


def test_who_may_only_look_at_hosts_asks_no_prism(prism, cluster):
    ben = get_user_model().objects.create(username="ben", is_staff=True)
    ben.user_permissions.add(Permission.objects.get(codename="view_dockerhost"))
    client = Client()
    client.force_login(ben)

    assert client.get(reverse(PAGE), secure=True).status_code == 403
