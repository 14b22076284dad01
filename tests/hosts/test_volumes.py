"""With real disks: nobody else's data is ever erased, and a disk that is missing is noticed."""

from uuid import uuid4

import pytest

from hosts.engine import engine_of
from hosts.host_tool import HostTool
from hosts.models import Volume
from hosts.services import plan_host, plan_volumes
from tests.hosts.conftest import provisioned

pytestmark = pytest.mark.lab


@pytest.fixture
def host(lab_cluster, carry_out):
    host = plan_host(name="volumes-1", cluster=lab_cluster, cpus=2, memory_mib=2048, disk_gib=40)
    with provisioned(carry_out, host):
        yield host


@pytest.fixture
def volume(host):
    volumes = plan_volumes(
        claimed_by=str(host.uuid), prefix="try", sizes={"database": 1}, backend="volume_group",
        host=host, cluster=host.cluster,
    )
    return volumes["database"]


def test_only_blank_disks_are_formatted(host, volume, lab, carry_out):
    carry_out("volumes", host)
    volume.refresh_from_db()
    _unmount_all(host, volume)
    foreign = str(uuid4())
    lab.inside(host.name, "mkfs.ext4", "-q", "-F", "-U", foreign, volume.device)
    volume.record(state=Volume.State.PLANNED)

    ended = carry_out("volumes", host)

    assert "holds ext4 that Slipway did not make" in ended.reason, ended
    assert foreign in lab.inside(host.name, "blkid", "-p", volume.device).stdout
    _raw_data_is_data_too(host, volume, lab, carry_out, ended)


def _raw_data_is_data_too(host, volume, lab, carry_out, ended):
    lab.inside(host.name, "sh", "-c", f"dd if=/dev/zero of={volume.device} bs=1M count=16")
    lab.inside(host.name, "sh", "-c", f"echo precious | dd of={volume.device} bs=1M seek=3")

    ended = carry_out("volumes", ended)

    assert "data without a known file system" in ended.reason, ended
    found = lab.inside(host.name, "sh", "-c", f"dd if={volume.device} bs=1M skip=3 count=1")
    assert found.stdout.startswith("precious")
    lab.inside(host.name, "sh", "-c", f"dd if=/dev/zero of={volume.device} bs=1M count=16")
    assert carry_out("volumes", ended).state == "succeeded"


@pytest.mark.full
def test_a_crash_while_formatting_is_overcome(host, volume, lab, carry_out):
    carry_out("volumes", host)
    volume.refresh_from_db()
    _unmount_all(host, volume)
    lab.inside(host.name, "sh", "-c", f"echo half | dd of={volume.device} bs=1M seek=2")
    lab.inside(host.name, "wipefs", "--all", volume.device)
    volume.record(state=Volume.State.FORMATTING)

    ended = carry_out("volumes", host)

    assert ended.state == "succeeded", ended
    assert "Formatted the disk" in ended.log


@pytest.mark.full
def test_a_vanished_file_system_is_not_made_anew(host, volume, lab, carry_out):
    carry_out("volumes", host)
    volume.refresh_from_db()
    _unmount_all(host, volume)
    lab.inside(host.name, "wipefs", "--all", volume.device)

    ended = carry_out("volumes", host)

    assert "has vanished from its disk" in ended.reason, ended


@pytest.mark.full
def test_foreign_data_in_a_volume_is_refused(host, volume, carry_out):
    carry_out("volumes", host)
    volume.refresh_from_db()
    with engine_of(None, host) as engine:
        HostTool(engine)._output(["touch", "/v/diary.txt"], volumes={volume.name: "/v"})
    volume.record(state=Volume.State.PLANNED)

    ended = carry_out("volumes", host)

    assert "holds diary.txt" in ended.reason, ended


def test_volumes_are_there_again_after_a_crash_of_the_machine(host, volume, lab, carry_out):
    carry_out("volumes", host)
    lab.crash(name=host.name)

    ended = carry_out("all", host)

    assert ended.state == "succeeded", ended
    with engine_of(None, host) as engine:
        top = HostTool(engine).top_of(volume.name)
    assert (top.uid, top.gid, top.mode, top.is_apart) == (999, 999, 0o700, True)


def _unmount_all(host, volume):
    with engine_of(None, host) as engine:
        engine.remove_volume(volume.name)
