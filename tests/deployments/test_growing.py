"""A volume grows under a running push: nothing fails, and the container has the room at once."""

import pytest
from django.test import override_settings

from hosts import volume_services
from hosts.models import Volume
from hosts.models.volume import NEARLY_FULL
from lab.control import Lab
from lib.sizes import GIB
from nutanix.models import Prism
from operations import services as operations
from operations.models import StepRun
from operations.schedules import ensure_schedule
from tests.deployments.growing import a_running_push
from tests.deployments.images import await_served
from tests.deployments.lab_rows import told

pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]


@pytest.fixture(scope="module")
def console(console):
    """With XFS: to grow a mounted ext4, a kernel wants CAP_SYS_RESOURCE, which not every machine
    that runs tests gives its root."""
    with override_settings(VOLUME_FILESYSTEM="xfs"):
        yield console


def on_host(*command: str) -> str:
    result = Lab.connect().inside("acme", *command)
    assert result.returncode == 0, result.stderr
    return result.stdout


def room_in(container: str, path: str) -> int:
    """The size of the file system as a process in the container sees it."""
    pid = on_host("docker", "inspect", "--format={{.State.Pid}}", container).strip()
    return int(on_host("df", "-B1", "--output=size", f"/proc/{pid}/root{path}").split()[-1])


@pytest.mark.parametrize(("kind", "role", "size_gib"), [("pc_v4", "pc", 4), ("pe_v2", "pe", 6)])
def test_a_volume_grows_under_a_running_push(
    lab, instance, carry_out, tmp_path, monkeypatch, kind, role, size_gib
):
    monkeypatch.setattr(lab.prism.knobs, "role", role)
    Prism.objects.update(kind=kind)
    volume = Volume.objects.get(claimed_by=str(instance.uuid), role="registry")
    before = room_in("registry", "/storage")

    with a_running_push(instance, tmp_path, f"held-{role}") as pushed:
        operation = carry_out(volume_services.grow(volume, size_gib=size_gib))
        assert operation.state == "succeeded", told(operation)
        assert room_in("registry", "/storage") > size_gib * GIB * 0.9 > before
        assert pushed == []

    assert await_served(instance, tmp_path, f"held-{role}") == pushed[0]
    volume.refresh_from_db()
    assert volume.size_gib == size_gib
    assert volume.facts["total_bytes"] > size_gib * GIB * 0.9


def test_what_fills_up_is_measured(instance, carry_out):
    folder = "/var/lib/docker/volumes/acme-jobservice/_data"
    on_host("fallocate", "--length=850M", f"{folder}/ballast")
    schedule = ensure_schedule("measure-volumes", kind="measure-volumes", every_minutes=60)

    operation = carry_out(operations.start("measure-volumes", schedule))

    on_host("rm", f"{folder}/ballast")
    assert operation.state == "succeeded", told(operation)
    volume = Volume.objects.get(claimed_by=str(instance.uuid), role="jobservice")
    assert volume.used_percent >= NEARLY_FULL
    assert operation.lines.filter(text=f"acme-jobservice is {volume.used_percent} % full").exists()
    others = Volume.objects.exclude(pk=volume.pk)
    assert all(each.measured_at and each.used_percent < NEARLY_FULL for each in others)


@pytest.mark.full
@pytest.mark.parametrize("slug", ["check-growth", "grow-disk", "grow-filesystem"])
def test_growing_is_taken_up_at_each_step(lab, instance, carry_out, slug):
    """As a crash right after the work leaves it: done outside, and not recorded."""
    volume = Volume.objects.get(claimed_by=str(instance.uuid), role="redis")
    size_gib = 2 + ["check-growth", "grow-disk", "grow-filesystem"].index(slug)
    operation = carry_out(volume_services.grow(volume, size_gib=size_gib))
    assert operation.state == "succeeded", told(operation)
    Volume.objects.filter(pk=volume.pk).update(size_gib=1)
    steps = list(operation.steps.order_by("position"))
    undone = [step.pk for step in steps if step.position >= operation.steps.get(slug=slug).position]
    StepRun.objects.filter(pk__in=undone).update(state="pending")
    type(operation).objects.filter(pk=operation.pk).update(state="interrupted")

    again = carry_out(operations.resume(operation, by=None))

    assert again.state == "succeeded", told(again)
    volume.refresh_from_db()
    assert volume.size_gib == size_gib
    assert room_in("redis", "/var/lib/redis") > size_gib * GIB * 0.9
