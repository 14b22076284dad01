"""A volume grows in Prism, by both drivers, once, and only when nothing stands in the way."""

from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model

from hosts import volume_services
from hosts.models import Volume
from hosts.services import plan_host, plan_volumes
from hosts.steps import prism as prism_steps
from hosts.steps.grow_volume import check_growth, grow_disk
from lib.sizes import GIB
from lib.waiting import wait_until
from operations import runner, services
from operations.errors import Refused
from operations.models import Operation
from operations.pipeline import Pipeline, Step
from tests.hosts.conftest import Ended, cluster_behind

IN_PRISM = Pipeline(
    kind="grow-in-prism", title="Grow in Prism", subject_model="hosts.Volume",
    permission="hosts.grow_volume",
    steps=(
        Step(slug="check-growth", title="check", work=check_growth),
        Step(slug="grow-disk", title="grow", work=grow_disk),
    ),
)
PIPELINES = (IN_PRISM,)
DISK = r"/disks/[0-9a-f-]+$"


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(prism_steps, "_pause", lambda run, seconds: run.checkpoint())


@pytest.fixture(params=["pc_v4", "pe_v2"])
def volume(request, prism, db):
    """In use on a host, with its 5 GiB of disk in the simulator."""
    prism.knobs.role = {"pc_v4": "pc", "pe_v2": "pe"}[request.param]
    cluster = cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind=request.param
    )
    host = plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
    volume = plan_volumes(
        claimed_by="somebody", prefix="one", sizes={"registry": 5}, backend="volume_group",
        host=host, cluster=cluster, used_by="one (one.example.com)",
    )["registry"]
    with cluster.client() as client:
        _settle(client, client.create_volume_group(
            volume.name, cluster=cluster.ext_id, mark=volume.mark, request_id=str(uuid4())
        ))
        group = client.find_volume_group(volume.name).ext_id
        _settle(client, client.add_disk(
            group, container=cluster.default_container_ext_id, size_bytes=5 * GIB,
            request_id=str(uuid4()),
        ))
        [disk] = client.volume_disks(group)
    assert disk.container == prism.container.uuid
    volume.record(
        state=Volume.State.READY, volume_group_ext_id=group, disk_ext_id=disk.ext_id,
        claimed_by="",
    )
    return volume


def _settle(client, ref):
    wait_until(lambda: client.task(ref).succeeded, what="Prism", timeout=20, interval=0.05)


def size_of(prism):
    [group] = prism.volume_groups.values()
    [disk] = group.disks.values()
    return disk.size_bytes


@pytest.fixture
def grow(settings):
    settings.PIPELINES = "tests.hosts.test_grow_volume.PIPELINES"

    def grow_now(volume, size_gib=8, resuming=None):
        operation = services.resume(resuming.operation, by=None) if resuming else services.start(
            "grow-in-prism", volume, parameters={"size_gib": size_gib}
        )
        runner.execute(operation.pk, threads=False)
        return Ended(operation)

    return grow_now


def test_grows_the_disk(prism, volume, grow):
    ended = grow(volume)

    assert ended.state == "succeeded", ended
    assert size_of(prism) == 8 * GIB
    volume.refresh_from_db()
    assert volume.requests == {}


def test_a_disk_that_has_the_size_is_left_alone(prism, volume, grow):
    [group] = prism.volume_groups.values()
    [disk] = group.disks.values()
    disk.size_bytes = 9 * GIB

    ended = grow(volume)

    assert ended.state == "succeeded", ended
    assert prism.journal.entries("PUT") == []


@pytest.mark.parametrize("fault", [
    {"drop_answer": True}, {"status": 503, "times": 2}, {"status": 412},
])
def test_a_stumbling_prism_grows_it_all_the_same(prism, volume, grow, fault):
    prism.fail_next(method="PUT", path=DISK, **fault)

    ended = grow(volume)
    if ended.state != "succeeded":
        ended = grow(volume, resuming=ended)

    assert ended.state == "succeeded", ended
    assert size_of(prism) == 8 * GIB


def test_a_failed_task_is_told_and_resumed(prism, volume, grow):
    prism.fail_next(method="PUT", path=DISK, task="FAILED", message="No healthy disk left.")

    ended = grow(volume)

    assert ended.state == "failed"
    assert "Prism could not grow the disk of one-registry: No healthy disk left." in ended.reason
    assert grow(volume, resuming=ended).state == "succeeded"
    assert size_of(prism) == 8 * GIB


def test_what_stands_in_the_way_is_told_at_once_and_before_anything(prism, volume):
    prism.container.used_bytes = prism.container.capacity_bytes - 2 * GIB
    volume.record(state=Volume.State.DETACHED, host=None)

    with pytest.raises(Refused) as refused:
        volume_services.grow(volume, size_gib=70_000)

    for words in (
        "is not in use by a host", "at most 65536 GiB", "default-container has 2.0 GiB free",
    ):
        assert words in refused.value.message
    assert not Operation.objects.exists()


def test_a_disk_is_never_made_smaller(volume):
    with pytest.raises(Refused, match="has 5 GiB: give more"):
        volume_services.grow(volume, size_gib=5)


def test_who_may_only_look_grows_nothing(volume, settings):
    settings.PIPELINES = "hosts.volume_pipelines.PIPELINES"
    ben = get_user_model().objects.create(username="ben", is_staff=True)

    with pytest.raises(Refused, match="needs hosts.grow_volume"):
        volume_services.grow(volume, size_gib=6, by=ben)
