"""Volumes that nobody uses: deleted by their name only, and never under somebody's feet."""

from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest

from hosts import volume_services
from hosts.models import Volume
from hosts.services import plan_host, plan_volumes, release_volumes
from lib.waiting import wait_until
from nutanix.models import Prism
from operations import runner
from operations.errors import Refused
from tests.hosts.conftest import Ended


@pytest.fixture
def volume(cluster):
    """Kept by a retired instance; its volume group is in the simulator."""
    host = plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
    volume = plan_volumes(
        claimed_by="somebody", prefix="one", sizes={"registry": 5}, backend="volume_group",
        host=host, cluster=cluster, used_by="one (one.example.com)",
    )["registry"]
    with cluster.client() as client:
        ref = client.create_volume_group(
            volume.name, cluster=cluster.ext_id, mark=volume.mark, request_id=str(uuid4())
        )
        wait_until(lambda: client.task(ref).succeeded, what="Prism", timeout=20, interval=0.05)
        group = client.find_volume_group(volume.name)
    volume.record(state=Volume.State.DETACHED, host=None, volume_group_ext_id=group.ext_id)
    release_volumes("somebody")
    volume.refresh_from_db()
    return volume


def carried_out(operation):
    runner.execute(operation.pk, threads=False)
    return Ended(operation)


def test_a_kept_volume_still_says_whose_data_it_holds(volume):
    assert (volume.kept, volume.claimed_by, volume.used_by) == (True, "", "one (one.example.com)")


def test_is_deleted_by_its_name(prism, volume):
    with pytest.raises(Refused, match="Type the name of the volume, one-registry"):
        volume_services.delete(volume, typed_name="one")

    ended = carried_out(volume_services.delete(volume, typed_name="one-registry"))

    assert ended.state == "succeeded", ended
    assert prism.volume_groups == {}
    volume.refresh_from_db()
    assert volume.state == "deleted"


def test_one_in_use_is_refused(prism, volume):
    volume.record(claimed_by="somebody else", used_by="two (two.example.com)")

    with pytest.raises(Refused, match="in use by two"):
        volume_services.delete(volume, typed_name="one-registry")


def test_one_that_was_taken_over_meanwhile_is_not_touched(prism, volume):
    operation = volume_services.delete(volume, typed_name="one-registry")
    Volume.objects.update(claimed_by="somebody else", used_by="two (two.example.com)")

    ended = carried_out(operation)

    assert ended.state == "failed"
    assert "in use by two (two.example.com) by now" in ended.reason
    assert len(prism.volume_groups) == 1


def test_a_volume_group_without_our_mark_stays(prism, volume):
    [group] = prism.volume_groups.values()
    group.description = "precious"

    ended = carried_out(volume_services.delete(volume, typed_name="one-registry"))

    assert "no longer carries our mark" in ended.reason
    assert len(prism.volume_groups) == 1


@pytest.mark.parametrize(("kind", "role"), [("pc_v4", "pc"), ("pe_v2", "pe")])
def test_what_a_dead_machine_had_open_is_closed_when_it_goes(
    prism, volume, carry_out, kind, role
):
    """Else the next host could not open the volume group."""
    host = plan_host(
        name="harbor-01", cluster=volume.cluster, cpus=2, memory_mib=4096, disk_gib=40
    )
    assert carry_out("make", host).state == "succeeded"
    [group] = prism.volume_groups.values()
    group.description = ""
    volume.record(backend="nutanix_driver", state=Volume.State.READY, host=host)
    prism.knobs.role = role
    Prism.objects.update(kind=kind)
    group.iscsi_clients = {str(uuid5(NAMESPACE_URL, "192.0.2.77")): "192.0.2.77"}

    ended = carry_out("retire-host", host)

    assert ended.state == "succeeded", ended
    assert group.iscsi_clients == {}
    assert prism.vms == {}
    volume.refresh_from_db()
    assert (volume.state, volume.host) == ("detached", None)
