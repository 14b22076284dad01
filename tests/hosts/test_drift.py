"""What changed in Prism behind our back: seen at the next look, told in words, gone by itself."""

from uuid import uuid4

import pytest
from django.urls import reverse

from hosts import drift
from hosts.models import DockerHost, Volume
from hosts.pipelines import COMPARE_HOSTS
from hosts.services import compare_now, plan_host, plan_volumes
from lab.prism.entities import Nic, Vm, VolumeGroup
from operations import services as operations
from operations.models import Claim, Operation, Schedule
from operations.pipeline import Claimed
from tests.hosts.conftest import cluster_behind

HOSTS, VOLUMES_EACH = 500, 4


def told(host):
    host.refresh_from_db()
    return [drift.words(each) for each in host.drift]


@pytest.fixture
def look(carry_out):
    """One look at every host."""
    from operations import runner
    from tests.hosts.conftest import Ended

    def look_now():
        operation = compare_now()
        runner.execute(operation.pk, threads=False)
        return Ended(operation)

    return look_now


def made(prism, cluster, carry_out):
    """A host in use, with one volume group attached."""
    host = plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=8192, disk_gib=40)
    assert carry_out("make", host).state == "succeeded"
    host.refresh_from_db()
    host.record(state=DockerHost.State.READY)
    volume, = plan_volumes(
        claimed_by="somebody", prefix="one", sizes={"registry": 5}, backend="volume_group",
        host=host, cluster=cluster,
    ).values()
    with cluster.client() as client:
        client.create_volume_group(
            volume.name, cluster=cluster.ext_id, mark=volume.mark, request_id=str(volume.uuid)
        )
        group = client.find_volume_group(volume.name)
        client.attach(group.ext_id, host.vm_ext_id, request_id=str(volume.filesystem_uuid))
    volume.record(volume_group_ext_id=group.ext_id, state=Volume.State.READY)
    return host


@pytest.fixture(params=["pc_v4", "pe_v2"])
def host(request, prism, db, carry_out):
    if request.param == "pe_v2":
        prism.knobs.role = "pe"
    cluster = cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind=request.param
    )
    return made(prism, cluster, carry_out)


def test_what_is_as_it_was_left_is_not_mentioned(host, look):
    ended = look()

    assert ended.state == "succeeded", ended
    assert told(host) == []
    assert host.compared_at
    assert not host.differs


def test_everything_that_may_differ_is_told_and_clears_itself(prism, host, look):
    vm = prism.vms[host.vm_ext_id]
    group, = prism.volume_groups.values()
    vm.memory_bytes, vm.sockets = 4 * 2**30, 3
    attachments = dict(group.attachments)
    group.attachments.clear()
    address, vm.nics[0].address = vm.nics[0].address, "192.0.2.98"

    look()

    assert told(host) == [
        f"is at 192.0.2.98 instead of {address}",
        "its volume group one-registry is not attached to it",
        "has 3 instead of 2 CPU", "has 4 instead of 8 GiB memory",
    ]
    assert host.differs
    vm.memory_bytes, vm.sockets, vm.nics[0].address = 8 * 2**30, 2, address
    group.attachments |= attachments
    look()
    assert told(host) == []
    assert not host.differs


def test_a_machine_that_is_off_and_one_that_is_gone(prism, host, look):
    prism.hypervisor.power_off(host.vm_ext_id)
    look()
    assert told(host) == ["switched off"]

    prism.lose_vm(host.vm_ext_id)
    ended = look()
    assert told(host) == ["deleted in Prism"]
    assert "harbor-01: deleted in Prism" in ended.log

    prism.lose_volume_group(next(iter(prism.volume_groups)))
    look()
    assert told(host) == [
        "deleted in Prism", "its volume group one-registry was deleted in Prism",
    ]


def test_a_machine_whose_mark_was_removed(prism, host, look):
    prism.vms[host.vm_ext_id].description = "a colleague's"

    look()

    assert told(host) == ["no longer carries Slipway's mark in its description"]


def test_making_it_anew_clears_it_at_once(prism, host, look, carry_out):
    prism.lose_vm(host.vm_ext_id)
    look()
    assert told(host)

    assert carry_out("make", host).state == "succeeded"

    assert told(host) == []


def test_a_host_at_work_is_left_alone(prism, host, look):
    prism.lose_vm(host.vm_ext_id)
    operation = operations.start("make", host)
    Claim.objects.create(operation=operation, key=Claimed(key=f"host:{host.uuid}").key)

    look()

    assert told(host) == []


def test_a_prism_that_does_not_answer_is_told_and_nothing_is_guessed(prism, host, look):
    prism.fail_next(status=401, times=99, path="vms")

    ended = look()

    assert ended.state == "failed"
    assert "lab: lab refuses our user name or password" in ended.reason
    assert told(host) == []
    assert host.compared_at is None


def test_the_clock_looks_only_where_there_is_a_host(db, cluster):
    assert not COMPARE_HOSTS.wanted()
    DockerHost.objects.create(name="a", cluster=cluster, vm_ext_id="vm-1", state="ready")
    assert COMPARE_HOSTS.wanted()


def test_list_page_and_landing_say_it_in_words(ada, prism, host, look):
    prism.lose_vm(host.vm_ext_id)
    look()

    for page in (
        reverse("admin:hosts_dockerhost_changelist"),
        reverse("admin:hosts_dockerhost_change", args=[host.pk]), reverse("admin:index"),
    ):
        shown = ada.get(page, secure=True).content.decode()
        assert "deleted in Prism" in shown, page
    assert "Rebuild the host on the page of its registry" in shown


def test_looks_of_the_clock_do_not_fill_the_first_page(ada, host, look):
    look()
    assert Operation.objects.filter(kind="compare-hosts").exists()

    shown = ada.get(reverse("admin:index"), secure=True).content.decode()

    assert "Compare hosts with Prism" not in shown
    assert Schedule.objects.get().every_minutes == 15


def test_the_action_starts_a_look(ada, host):
    ada.post(
        reverse("admin:hosts_dockerhost_changelist"),
        {"action": "compare_now", "_selected_action": host.pk}, secure=True,
    )

    assert Operation.objects.filter(kind="compare-hosts").exists()


def fill(prism, cluster):
    """So many hosts with their volume groups, in Prism and in the books."""
    rows = DockerHost.objects.bulk_create(
        DockerHost(name=f"h-{n}", cluster=cluster, vm_ext_id=str(uuid4()), state="ready",
                   cpus=2, memory_mib=4096) for n in range(HOSTS)
    )
    volumes = []
    for host in rows:
        prism.vms[host.vm_ext_id] = Vm(
            uuid=host.vm_ext_id, name=host.name, description=host.mark, sockets=2,
            memory_bytes=4 * 2**30, cluster=prism.cluster.uuid,
            nics=[Nic(uuid=f"nic-{host.pk}", mac="", subnet=prism.subnet.uuid)],
        )
        prism.hypervisor.define(
            uuid=host.vm_ext_id, name=host.name, mac="", address=None, user_data=b"", meta_data=b""
        )
        prism.hypervisor.power_on(host.vm_ext_id)
        for number in range(VOLUMES_EACH):
            uuid = str(uuid4())
            prism.volume_groups[uuid] = VolumeGroup(
                uuid=uuid, name=uuid, cluster=prism.cluster.uuid,
                attachments={host.vm_ext_id: number},
            )
            volumes.append(Volume(
                name=f"v-{len(volumes)}", role="registry", host=host, cluster=cluster,
                size_gib=5, state="ready", volume_group_ext_id=uuid,
            ))
    Volume.objects.bulk_create(volumes)


def test_500_hosts_take_27_requests_and_few_questions(
    prism, cluster, look, django_assert_max_num_queries
):
    fill(prism, cluster)
    before = len(prism.journal.entries())

    with django_assert_max_num_queries(100):
        ended = look()

    assert ended.state == "succeeded", ended
    asked = [e for e in prism.journal.entries()[before:] if e.method == "GET"]
    assert len(asked) == 27
    assert DockerHost.objects.filter(differs=True).count() == 0
    assert "Compared 500 hosts" in ended.log
