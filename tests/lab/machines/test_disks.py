"""Disks appear in machines under the name that holds their Prism id, whatever happens."""

import uuid

import pytest

from lab.hypervisor import HypervisorError
from tests.lab.machines.guest import LOCAL_ENGINE, eventually, new_guest
from tests.lab.machines.test_machines import put

pytestmark = pytest.mark.lab

MIB = 2**20


def by_id(disk: str) -> str:
    return f"/dev/disk/by-id/scsi-SNUTANIX_VDISK_{disk}"


@pytest.fixture
def disk(machines):
    """A disk of 64 MiB."""
    name = str(uuid.uuid4())
    machines.hypervisor.create_disk(name, 64 * MIB)
    yield name
    machines.hypervisor.delete_disk(name)


@pytest.fixture
def guest(machines):
    """A machine with a local engine."""
    guest = new_guest(machines, LOCAL_ENGINE)
    machines.hypervisor.power_on(guest.uuid)
    guest.await_engine()
    return guest


def test_a_disk_comes_and_goes_while_the_machine_runs(machines, guest, disk):
    machines.hypervisor.attach_disk(guest.uuid, disk)
    assert guest.run("blockdev", "--getsize64", by_id(disk)) == str(64 * MIB)

    machines.hypervisor.grow_disk(disk, 96 * MIB)
    assert guest.run("blockdev", "--getsize64", by_id(disk)) == str(96 * MIB)

    machines.hypervisor.detach_disk(guest.uuid, disk)
    assert not guest.tries("test", "-e", by_id(disk))


def test_a_volume_on_a_disk_is_there_after_a_crash(machines, guest, disk, busybox):
    machines.hypervisor.attach_disk(guest.uuid, disk)
    guest.run("mkfs.ext4", "-q", by_id(disk))
    put(guest, busybox, "/root/image.tar")
    guest.run("docker", "import", "/root/image.tar", "busybox")
    options = ("--opt", "type=ext4", "--opt", f"device={by_id(disk)}")
    guest.run("docker", "volume", "create", "--driver=local", *options, "registry")
    run = ("docker", "run", "--detach", "--name=keeper", "--restart=always")
    script = "/bin/busybox date >> /data/starts; exec /bin/busybox sleep 1000000"
    guest.run(*run, "--volume=registry:/data", "busybox", "/bin/sh", "-c", script)

    read = ("docker", "run", "--rm", "--volume=registry:/data", "busybox", "/bin/busybox")
    starts = (*read, "grep", "-c", "", "/data/starts")
    eventually(lambda: guest.tries(*starts), "the container has written its first line")

    machines.hypervisor.power_off(guest.uuid)
    machines.hypervisor.power_on(guest.uuid)
    guest.await_engine()

    eventually(lambda: guest.run(*starts) == "2", "the second start adds its line to the first")
    assert by_id(disk) in guest.run("docker", "volume", "inspect", "registry")


def test_a_disk_keeps_its_content_from_machine_to_machine(machines, guest, disk):
    machines.hypervisor.attach_disk(guest.uuid, disk)
    guest.run("mkfs.ext4", "-q", "-L", "moved", by_id(disk))
    machines.hypervisor.delete(guest.uuid)
    other = new_guest(machines, LOCAL_ENGINE)
    machines.hypervisor.attach_disk(other.uuid, disk)
    machines.hypervisor.power_on(other.uuid)
    other.await_first_boot()

    assert other.run("e2label", by_id(disk)) == "moved"


def test_an_unknown_disk_cannot_be_attached(machines, guest):
    with pytest.raises(HypervisorError, match="knows no disk"):
        machines.hypervisor.attach_disk(guest.uuid, str(uuid.uuid4()))
