"""With real machines: from nothing to mounted volumes, a new machine for old data, and back."""

import pytest

from hosts.engine import EngineError, engine_of
from hosts.host_tool import HostTool
from hosts.models import Volume
from hosts.services import plan_host, plan_volumes
from lib.archives import File

pytestmark = [pytest.mark.full, pytest.mark.lab]

SIZES = {"registry": 2, "database": 1, "redis": 1, "jobservice": 1}


@pytest.fixture
def host(lab_cluster, carry_out):
    host = plan_host(name="journey-1", cluster=lab_cluster, cpus=2, memory_mib=2048, disk_gib=40)
    yield host
    ended = carry_out("clear", host)
    assert ended.state == "succeeded", ended


def test_from_nothing_to_volumes_and_a_new_machine(host, lab, carry_out):
    volumes = plan_volumes(
        claimed_by=str(host.uuid), prefix="journey", sizes=SIZES, backend="volume_group",
        host=host, cluster=host.cluster,
    )

    ended = carry_out("all", host)

    assert ended.state == "succeeded", ended
    host.refresh_from_db()
    assert host.state == "ready"
    assert host.docker_version
    assert host.address in host.server_certificate.sans
    with engine_of(None, host) as engine:
        tool = HostTool(engine)
        assert engine.volume("journey-registry")["Options"]["type"] == "ext4"
        assert tool.space_of("journey-registry").total > 1.8 * 2**30
        mount = engine.volume("journey-redis")["Mountpoint"]
        engine.put_files("/opt/try", {"deep/file": File(b"hello", mode=0o600, uid=10000)})
        assert engine.get_files("/opt/try", ["deep/file", "none"]) == {"deep/file": b"hello"}
        assert mount
        with pytest.raises(EngineError, match="no name of a disk"):
            tool.format_disk("/dev/sda", "ext4", host.uuid, "x")

    again = carry_out("all", host)

    assert again.state == "succeeded", again
    assert "Made" not in again.log
    assert "Formatted" not in again.log
    assert len(lab.machines()) == 1
    _rebuild(host, lab, carry_out, volumes)


def _rebuild(host, lab, carry_out, volumes):
    """The machine is lost; the volumes move to a new one with what is in them."""
    with engine_of(None, host) as engine:
        HostTool(engine)._output(["touch", "/v/pg18"], volumes={"journey-redis": "/v"})
    assert carry_out("detach", host).state == "succeeded"
    assert set(Volume.objects.values_list("state", flat=True)) == {"detached"}
    lab.delete(name="journey-1")

    ended = carry_out("all", host)

    assert ended.state == "succeeded", ended
    assert "is gone from Prism" in ended.log
    host.refresh_from_db()
    with engine_of(None, host) as engine:
        assert HostTool(engine).contents("journey-redis") == ["pg18"]
