"""The `nutanix` volume driver keeps Docker volumes in Prism, and refuses what the real one does."""

import pytest

from lab.control import Lab
from lab.errors import LabError
from tests.lab.machines.guest import LOCAL_ENGINE, Guest, eventually
from tests.lab.machines.test_cluster import VMS, prism  # noqa: F401 - a fixture
from tests.lab.machines.test_machines import put
from tests.lab.prism.bodies import cloud_init, vm_body

pytestmark = pytest.mark.lab


@pytest.fixture
def guest(machines, prism, busybox):  # noqa: F811
    """A machine made through Prism, with the driver and an image."""
    body = vm_body(machines.prism, guestCustomization=cloud_init(LOCAL_ENGINE, b""))
    vm = prism.done(prism("POST", VMS, json=body))
    prism.done(prism.act(vm, "power-on"))
    guest = Guest(machines, vm, vm, machines.hypervisor.machines[vm].address)
    guest.await_engine()
    put(guest, busybox, "/root/image.tar")
    guest.run("docker", "import", "/root/image.tar", "busybox")
    Lab.connect().install_volume_driver(name=vm)
    return guest


def test_a_volume_of_the_driver_is_a_volume_group_that_outlives_a_crash(machines, guest):
    create = ("docker", "volume", "create", "--driver=nutanix", "--opt=sizeMb=64")
    guest.run(*create, "harbor-registry")
    (group,) = machines.prism.volume_groups.values()
    assert group.name == "harbor-registry"
    (disk,) = group.disks.values()
    assert disk.size_bytes == 64 * 2**20

    write = "/bin/busybox date > /data/kept; /bin/busybox sync"
    run = ("docker", "run", "--rm", "--volume=harbor-registry:/data", "busybox", "/bin/sh", "-c")
    guest.run(*run, write)
    machines.hypervisor.power_off(guest.uuid)
    machines.hypervisor.power_on(guest.uuid)
    guest.await_engine()

    read = (*run, "/bin/busybox cat /data/kept")
    eventually(lambda: guest.tries(*read), "the volume is mounted again with its content")
    mounted = guest.run(*run, "/bin/busybox df /data")
    assert int(mounted.split()[8]) < 64 * 1024, "the size asked for is the size there is"

    guest.run("docker", "volume", "rm", "harbor-registry")
    assert not machines.prism.volume_groups


def test_a_name_with_an_underscore_is_refused(machines, guest):
    create = ("docker", "volume", "create", "--driver=nutanix", "harbor_db")
    refused = Lab.connect().inside(guest.name, *create)

    assert refused.returncode != 0
    assert "Invalid volume name harbor_db" in refused.stderr
    assert not machines.prism.volume_groups


def test_the_driver_needs_a_machine_that_is_on(machines, guest):
    machines.hypervisor.power_off(guest.uuid)

    with pytest.raises(LabError, match="is off"):
        Lab.connect().install_volume_driver(name=guest.uuid)
