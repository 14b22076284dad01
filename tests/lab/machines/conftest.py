"""The lab of this test run, with nothing in it between the tests of its machines."""

import tarfile
from pathlib import Path

import pytest

from lab.packages import download_only, extract
from tests.lab.running import shared_lab


@pytest.fixture(scope="session")
def lab():
    """A running lab with Prism; ended with the last test."""
    with shared_lab() as running:
        yield running


@pytest.fixture
def machines(lab):
    """The lab, without machines and volume groups before and after the test."""
    _empty(lab)
    yield lab
    _empty(lab)


def _empty(lab):
    for uuid in list(lab.prism.vms):
        lab.prism.lose_vm(uuid)
    for uuid in list(lab.prism.volume_groups):
        lab.prism.lose_volume_group(uuid)
    for uuid, machine in list(lab.hypervisor.machines.items()):
        lab.hypervisor.delete(uuid)
        for disk in machine.disks:
            lab.hypervisor.delete_disk(disk)


@pytest.fixture(scope="session")
def busybox(tmp_path_factory) -> Path:
    """A tar of one static program, enough for an image."""
    folder = tmp_path_factory.mktemp("busybox")
    extract(download_only("bookworm", ["busybox-static"]), folder)
    archive = folder / "image.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(folder / "bin/busybox", "bin/busybox")
        tar.add(folder / "bin/busybox", "bin/sh")
    return archive
