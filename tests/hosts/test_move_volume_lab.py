"""With a real machine, engine and disks: a volume moves with its content, and foreign data stays.

What Prism says is read from the lab's Prism; what the engine knows, from the engine itself.
"""

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from hosts import volume_services
from hosts.adopting import candidates
from hosts.engine import engine_of
from hosts.host_tool import HostTool
from hosts.models import Volume
from hosts.services import plan_host, plan_volumes, release_volumes
from lib.sizes import GIB
from lib.waiting import wait_until
from tests.hosts.conftest import carried_out, cluster_behind, provisioned

pytestmark = [pytest.mark.lab, pytest.mark.full]
TEXT = "precious"


@pytest.fixture(params=["pc_v4", "pe_v2"])
def cluster(request, lab, db):
    """Prism Central answers, or the cluster's own Prism Element."""
    facts = lab.status()
    lab.knobs(role=request.param[:2])
    yield cluster_behind(
        facts["prism_url"], Path(facts["prism_ca_pem_path"]).read_text(), facts["username"],
        facts["password"], kind=request.param,
    )
    lab.knobs(role=facts["role"])


@pytest.fixture
def host(cluster, carry_out):
    host = plan_host(name="moving-1", cluster=cluster, cpus=2, memory_mib=2048, disk_gib=40)
    with provisioned(carry_out, host):
        yield host


@pytest.fixture
def volume(host, carry_out):
    """Kept by a retired instance, still on its host, with a file in it."""
    volumes = plan_volumes(
        claimed_by=str(host.uuid), prefix="move", sizes={"registry": 1, "database": 1},
        backend="volume_group", host=host, cluster=host.cluster,
    )
    ended = carry_out("volumes", host)
    assert ended.state == "succeeded", ended
    release_volumes(str(host.uuid))
    volume = volumes["registry"]
    volume.refresh_from_db()
    in_volume(volume, "cp", "--archive", "/host/hostname", "/v/kept.txt")
    yield volume
    for each in volumes.values():
        ended = carried_out(volume_services.delete(each, typed_name=each.name))
        assert ended.state == "succeeded", ended


@pytest.fixture
def foreign(host, lab):
    """Somebody else's volume group: made and filled beside Slipway, attached nowhere."""
    with host.cluster.client() as client:
        settle(client, client.create_volume_group(
            "Old Harbor", cluster=host.cluster.ext_id, mark="theirs", request_id=str(uuid4())
        ))
        group = client.find_volume_group("Old Harbor").ext_id
        settle(client, client.add_disk(
            group, container=host.cluster.default_container_ext_id, size_bytes=GIB,
            request_id=str(uuid4()),
        ))
        settle(client, client.attach(group, host.vm_ext_id, request_id=str(uuid4())))
        [disk] = client.volume_disks(group)
        fill(lab, host, device_of(disk.ext_id), uuid4())
        settle(client, client.detach(group, host.vm_ext_id, request_id=str(uuid4())))
    yield group
    volume = Volume.objects.get(volume_group_ext_id=group)
    with host.cluster.client() as client:
        if client.get_volume_group(group).attached_to:
            ended = carried_out(volume_services.delete(volume, typed_name=volume.name))
            assert ended.state == "succeeded", ended
        settle(client, client.delete_volume_group(group, request_id=str(uuid4())))


def settle(client, task):
    wait_until(lambda: client.task(task).succeeded, what="Prism", timeout=30, interval=0.1)


def device_of(disk):
    return settings.DISK_BY_ID_PATTERN.format(disk=disk)


def fill(lab, host, device, uuid):
    """A file system that Slipway did not make, with one file in it."""
    script = (
        f"mkdir -p /root/theirs && echo {TEXT} > /root/theirs/diary.txt && "
        f"mkfs.ext4 -q -F -U {uuid} -L theirs -d /root/theirs {device}"
    )
    done = lab.inside(host.name, "sh", "-c", script)
    assert done.returncode == 0, done.stderr


def in_volume(volume, *command):
    with engine_of(None, volume.host) as engine:
        return HostTool(engine)._output(
            list(command), volumes={volume.name: "/v"}, binds=["/etc:/host:ro"]
        )


def known_to_engine(host, name):
    with engine_of(None, host) as engine:
        return engine.volume(name)


def attached(volume):
    with volume.cluster.client() as client:
        return list(client.get_volume_group(volume.volume_group_ext_id).attached_to)


def test_a_volume_goes_and_comes_back_with_its_content(host, volume, lab):
    for _ in range(2):  # the second round finds the traces of the first
        ended = carried_out(volume_services.detach(volume))

        assert ended.state == "succeeded", ended
        volume.refresh_from_db()
        assert (volume.state, volume.host, attached(volume)) == ("detached", None, [])
        assert known_to_engine(host, volume.name) is None
        assert lab.inside(host.name, "test", "-e", volume.device).returncode

        ended = carried_out(volume_services.attach(volume, host=host))

        assert ended.state == "succeeded", ended
        volume.refresh_from_db()
        assert (volume.state, attached(volume)) == ("ready", [host.vm_ext_id])
        assert in_volume(volume, "cat", "/v/kept.txt").strip() == host.name


def test_a_foreign_volume_group_is_taken_over_as_it_is(host, foreign):
    assert foreign in [each.ext_id for each in candidates(host.cluster)]
    volume = looked_into(host, foreign)
    found = volume.facts["found"]
    assert (found["TYPE"], found["LABEL"], found["bytes"]) == ("ext4", "theirs", GIB)
    assert known_to_engine(host, volume.name) is None

    ended = carried_out(volume_services.adopt(volume))

    assert ended.state == "succeeded", ended
    assert "Formatted" not in ended.log
    volume.refresh_from_db()
    assert (volume.state, str(volume.filesystem_uuid)) == ("ready", found["UUID"])
    assert in_volume(volume, "cat", "/v/diary.txt").strip() == TEXT


def test_a_foreign_volume_group_that_changed_since_is_refused(host, foreign, lab):
    volume = looked_into(host, foreign)
    fill(lab, host, volume.device, uuid4())

    ended = carried_out(volume_services.adopt(volume))

    assert ended.state == "failed"
    assert "holds ext4, label “theirs”" in ended.reason, ended
    assert "not what was confirmed" in ended.reason
    assert known_to_engine(host, volume.name) is None
    volume.refresh_from_db()
    assert "adopted" not in volume.facts


def looked_into(host, group):
    ended = carried_out(volume_services.look_into(
        host.cluster, group, name="old-registry", role="registry", host=host
    ))
    assert ended.state == "succeeded", ended
    return Volume.objects.get(name="old-registry")
