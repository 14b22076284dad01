"""A volume group that nobody uses moves between hosts, and a foreign one is taken over knowingly.

Prism is the simulator; the host's engine and tool are stand-ins that remember what was asked.
"""

from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from hosts import adopting, volume_services
from hosts.engine import EngineError
from hosts.host_tool import Space, TopFolder
from hosts.models import DockerHost, Volume
from hosts.services import plan_host, plan_volumes, release_volumes
from hosts.steps import kept_volumes, move_volume
from lib.sizes import GIB, human
from lib.waiting import wait_until
from operations import runner, services
from operations.errors import Refused
from operations.models import Operation
from tests.hosts.conftest import Ended, cluster_behind

FOREIGN_UUID = "11111111-2222-3333-4444-555555555555"


class Machine:
    """Stands in for a host's engine and tool: one disk, and the volumes the engine knows."""

    def __init__(self):
        self.disk, self.volumes, self.in_use = {}, {}, False

    def volume(self, name):
        return self.volumes.get(name)

    def ensure_volume(self, name, driver, options):
        self.volumes[name] = dict(options)

    def remove_volume(self, name):
        if self.in_use:
            raise EngineError("The engine could not remove it: volume is in use")
        self.volumes.pop(name, None)

    def device_size(self, device):
        return 5 * GIB

    def filesystem_on(self, device):
        return self.disk or None

    def space_of(self, name):
        return Space(total=5 * GIB, free=4 * GIB, kind="xfs")

    def top_of(self, name):
        return TopFolder(uid=0, gid=0, mode=0o755, is_apart=True)

    def contents(self, name, path=""):
        return ["docker"]


@pytest.fixture
def machine(monkeypatch):
    machine = Machine()
    for module in (move_volume, kept_volumes):
        monkeypatch.setattr(module, "engine_of", lambda run, host: machine)
        monkeypatch.setattr(module, "HostTool", lambda engine: engine)
    return machine


@pytest.fixture(params=["pc_v4", "pe_v2"])
def cluster(request, prism, db):
    prism.knobs.role = {"pc_v4": "pc", "pe_v2": "pe"}[request.param]
    return cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind=request.param
    )


@pytest.fixture
def host(cluster, carry_out):
    host = plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
    assert carry_out("make", host).state == "succeeded"
    host.refresh_from_db()
    host.record(state=DockerHost.State.READY)
    return host


def group_in(cluster, name, mark):
    with cluster.client() as client:
        for ref in (
            lambda: client.create_volume_group(
                name, cluster=cluster.ext_id, mark=mark, request_id=str(uuid4())
            ),
            lambda: client.add_disk(
                client.find_volume_group(name).ext_id, request_id=str(uuid4()),
                container=cluster.default_container_ext_id, size_bytes=5 * GIB,
            ),
        ):
            task = ref()
            wait_until(
                lambda task=task: client.task(task).succeeded, what="Prism", timeout=20,
                interval=0.05,
            )
        return client.find_volume_group(name).ext_id


@pytest.fixture
def volume(host, machine):
    """Kept by a retired instance, attached nowhere."""
    volume = plan_volumes(
        claimed_by="somebody", prefix="one", sizes={"registry": 5}, backend="volume_group",
        host=host, cluster=host.cluster, used_by="one (one.example.com)",
    )["registry"]
    group = group_in(host.cluster, volume.name, volume.mark)
    volume.record(state=Volume.State.DETACHED, host=None, volume_group_ext_id=group)
    release_volumes("somebody")
    volume.refresh_from_db()
    machine.disk = {"TYPE": volume.filesystem, "UUID": str(volume.filesystem_uuid)}
    return volume


def carried_out(operation):
    runner.execute(operation.pk, threads=False)
    return Ended(operation)


def attached(prism):
    return [vm for group in prism.volume_groups.values() for vm in group.attachments]


@pytest.fixture
def on_host(volume, host):
    ended = carried_out(volume_services.attach(volume, host=host))
    assert ended.state == "succeeded", ended
    volume.refresh_from_db()
    return volume


def test_is_attached_as_it_is(on_host, host, prism, machine):
    assert attached(prism) == [host.vm_ext_id]
    assert machine.volumes[on_host.name] == on_host.driver_options()
    assert (on_host.state, on_host.host, on_host.kept) == ("ready", host, True)


def test_another_file_system_is_not_mounted(volume, host, machine):
    machine.disk = {"TYPE": "ntfs", "UUID": "77", "LABEL": "payroll"}

    ended = carried_out(volume_services.attach(volume, host=host))

    assert "but ntfs, label “payroll”" in ended.reason
    assert machine.volumes == {}


def test_is_detached_and_keeps_its_data(on_host, prism, machine):
    ended = carried_out(volume_services.detach(on_host))

    assert ended.state == "succeeded", ended
    assert (attached(prism), machine.volumes, len(prism.volume_groups)) == ([], {}, 1)
    assert "its data stays in Prism" in ended.log
    on_host.refresh_from_db()
    assert (on_host.state, on_host.host) == ("detached", None)


def test_interrupted_the_detaching_goes_on_where_it_was(on_host, prism):
    prism.fail_next(method="POST", path="detach", status=400, message="not now")
    ended = carried_out(volume_services.detach(on_host))
    prism.faults.clear()
    if ended.state == "failed":  # Prism Element asks a second time in another spelling
        services.resume(ended.operation, by=None)
        ended = carried_out(ended.operation)

    assert ended.state == "succeeded", ended
    assert attached(prism) == []


def test_a_container_that_uses_it_keeps_it(on_host, prism, machine):
    machine.in_use = True

    ended = carried_out(volume_services.detach(on_host))

    assert "in use" in ended.reason
    assert len(attached(prism)) == 1


def test_one_of_a_living_instance_is_refused(on_host, host):
    on_host.record(claimed_by="somebody", used_by="one (one.example.com)")

    for ask in (
        lambda: volume_services.detach(on_host),
        lambda: volume_services.attach(on_host, host=host),
    ):
        with pytest.raises(Refused, match="in use by one .one.example.com.: retire that first"):
            ask()


def test_one_claimed_meanwhile_is_not_taken_away(on_host, prism):
    operation = volume_services.detach(on_host)
    Volume.objects.update(claimed_by="somebody", used_by="two")

    assert "in use by two" in carried_out(operation).reason
    assert len(attached(prism)) == 1


def test_only_a_ready_host_of_the_same_cluster(volume):
    other = DockerHost.objects.create(name="old-server", address="192.0.2.9")

    with pytest.raises(Refused, match="old-server is no machine on the cluster"):
        volume_services.attach(volume, host=other)


@pytest.fixture
def foreign(host, machine):
    """Somebody else's volume group, with a file system of theirs."""
    machine.disk = {"TYPE": "xfs", "UUID": FOREIGN_UUID, "LABEL": "old-harbor"}
    return group_in(host.cluster, "Old Harbor", "precious")


@pytest.fixture
def looked_into(foreign, host):
    ended = carried_out(volume_services.look_into(
        host.cluster, foreign, name="old-registry", role="registry", host=host
    ))
    assert ended.state == "succeeded", ended
    return Volume.objects.get(name="old-registry")


def test_a_look_only_tells(looked_into, machine):
    assert looked_into.facts["found"] == {
        "TYPE": "xfs", "UUID": FOREIGN_UUID, "LABEL": "old-harbor", "bytes": 5 * GIB
    }
    assert str(looked_into.filesystem_uuid) != FOREIGN_UUID  # nothing can use it yet
    assert machine.volumes == {}


def test_what_was_found_is_named_and_wants_a_yes(looked_into, machine):
    ada = Client()
    ada.force_login(get_user_model().objects.create(
        username="ada", is_staff=True, is_superuser=True
    ))
    page = reverse("admin:hosts_volume_act", args=[looked_into.pk, "confirm"])

    text = ada.get(page, secure=True).content.decode()
    unsure = ada.post(page, {}, secure=True)

    for words in (human(5 * GIB), "xfs", "old-harbor", FOREIGN_UUID):
        assert words in text
    assert unsure.status_code == 200
    ada.post(page, {"confirmed": "on"}, secure=True)
    ended = carried_out(Operation.objects.get(kind="adopt-volume"))
    assert ended.state == "succeeded", ended
    looked_into.refresh_from_db()
    assert (looked_into.state, str(looked_into.filesystem_uuid)) == ("ready", FOREIGN_UUID)
    assert machine.volumes[looked_into.name]["type"] == "xfs"


def test_what_changed_after_the_yes_is_refused(looked_into, machine):
    operation = volume_services.adopt(looked_into)
    machine.disk = {"TYPE": "ext4", "UUID": str(uuid4())}

    assert "not what was confirmed" in carried_out(operation).reason


def test_what_changed_is_looked_into_again_also_after_it_was_detached(
    looked_into, machine, host, ada
):
    uuid = str(uuid4())
    machine.disk = {"TYPE": "ext4", "UUID": uuid}
    assert carried_out(volume_services.detach(looked_into)).state == "succeeded"
    page = reverse("admin:hosts_volume_act", args=[looked_into.pk, "look"])

    assert "only read" in ada.get(page, secure=True).content.decode()
    ada.post(page, {"host": host.pk}, secure=True)

    ended = carried_out(Operation.objects.get(kind="look-into-volume", state="queued"))
    assert ended.state == "succeeded", ended
    looked_into.refresh_from_db()
    assert carried_out(volume_services.adopt(looked_into)).state == "succeeded"
    looked_into.refresh_from_db()
    assert str(looked_into.filesystem_uuid) == uuid
    with pytest.raises(Refused, match="is known: attach it instead"):
        volume_services.look_again(looked_into, host=host)


def test_only_a_file_system_of_ours_can_be_taken_over(looked_into):
    looked_into.record(facts=looked_into.facts | {"found": {"TYPE": "ntfs", "UUID": "7"}})

    with pytest.raises(Refused, match="holds ntfs: only ext4 and XFS"):
        volume_services.adopt(looked_into)


def test_a_foreign_group_is_let_go_of_and_never_deleted(looked_into, prism):
    ended = carried_out(volume_services.delete(looked_into, typed_name="old-registry"))

    assert ended.state == "succeeded", ended
    assert (len(prism.volume_groups), attached(prism)) == (1, [])
    looked_into.refresh_from_db()
    assert looked_into.state == "deleted"


def test_one_that_a_machine_has_is_not_offered(foreign, host, prism):
    prism.volume_groups[foreign].attachments["another-machine"] = 0

    with pytest.raises(Refused, match="attached to a machine"):
        adopting.candidate(host.cluster, foreign)


def test_ours_are_not_foreign(volume, foreign):
    assert [each.ext_id for each in adopting.candidates(volume.cluster)] == [foreign]


def test_the_page_offers_what_the_cluster_has(foreign, host):
    ada = Client()
    ada.force_login(get_user_model().objects.create(
        username="ada", is_staff=True, is_superuser=True
    ))
    page = reverse("admin:hosts_volume_adopt")

    assert "Old Harbor" in ada.get(page, secure=True).content.decode()
    ada.post(page, {
        "group": foreign, "name": "old-registry", "role": "registry", "host": host.pk
    }, secure=True)
    assert Operation.objects.get(kind="look-into-volume").subject.name == "old-registry"
