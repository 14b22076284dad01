"""Disks that are full or missing: Harbor never writes elsewhere, and goes on when they are back."""

from contextlib import contextmanager

import pytest

from deployments import services
from deployments.clients import open_harbor
from hosts.models import Volume
from lab.control import Lab
from operations import services as operations
from tests.deployments.images import await_served, push, trust
from tests.deployments.lab_rows import told

pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]
IMAGES = "/var/lib/docker/volumes/acme-registry/_data"


def on_host(command: str) -> str:
    """What the commands print; the first that fails ends them and the test."""
    done = Lab.connect().inside("acme", "sh", "-ec", command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def failed_checks(operation) -> dict[str, str]:
    return dict(operation.checks.filter(state="failed").values_list("slug", "evidence"))


def test_without_its_disk_at_boot_harbor_stays_down_until_it_is_back(
    lab, instance, carry_out, tmp_path
):
    digest = push(instance, tmp_path, "before-the-loss")
    volume = Volume.objects.get(claimed_by=str(instance.uuid), role="registry")
    machine, disk = instance.host.vm_ext_id, volume.disk_ext_id
    lab.hypervisor.power_off(machine)
    lab.hypervisor.detach_disk(machine, disk)

    operation = carry_out(services.start(instance))

    assert operation.state == "failed"
    assert "acme does not have the disk of acme-registry" in operation.reason, told(operation)
    assert "Attach the volume group" in operation.advice
    assert on_host(f"find {IMAGES} /data/registry -mindepth 1") == ""
    tested = carry_out(services.self_test(instance))
    found = failed_checks(tested)
    assert "acme does not see the disk of acme-registry" in found["volumes"]
    assert "registry" in found["components"]

    lab.hypervisor.attach_disk(machine, disk)
    again = carry_out(services.start(instance))
    assert again.state == "succeeded", told(again)
    assert await_served(instance, tmp_path, "before-the-loss") == digest


@contextmanager
def read_only(instance, folder):
    with open_harbor(instance, trust(instance, folder)) as harbor:
        harbor.configure({"read_only": True})
        yield
        harbor.configure({"read_only": False})


@contextmanager
def a_full_volume(instance, folder):
    # Only the volume's own small file system is filled, never that of the machine below.
    on_host(f"mountpoint -q {IMAGES}; fallocate -l 1G {IMAGES}/ballast")
    on_host(f"fallocate -l $(df --output=avail -B1 {IMAGES} | tail -1) {IMAGES}/rest")
    yield
    on_host(f"rm {IMAGES}/ballast {IMAGES}/rest")


@pytest.mark.parametrize(("fault", "check", "words"), [
    (read_only, "engine-push", "read only"), (a_full_volume, "volumes", "acme-registry is full"),
])
def test_a_registry_that_refuses_the_push_fails_the_deployment_that_tests_it(
    instance, carry_out, tmp_path, fault, check, words
):
    with fault(instance, tmp_path):
        operation = carry_out(services.deploy(instance))

    assert operation.state == "failed"
    assert "engine-push" in operation.reason, told(operation)
    assert operation.advice
    found = failed_checks(operation)
    assert words in found[check]
    assert {"engine-push", "registry-push-pull"} <= set(found)
    done = set(operation.steps.filter(state="done").values_list("slug", flat=True))
    again = carry_out(operations.resume(operation, by=None))
    assert again.state == "succeeded", told(again)
    assert "configure-harbor" in done


@contextmanager
def a_small_disk_for_the_engine(**options: str):
    """The engine keeps its images on a file system of its own; gives what changes its limits."""
    def limits(how: str, **options: str) -> None:
        words = ",".join([how, *(f"{name}={value}" for name, value in options.items())])
        on_host(f"mount -t tmpfs -o {words.lstrip(',')} tmpfs /var/lib/docker")

    stop = "systemctl stop docker.socket docker.service"
    on_host(stop)
    limits("", **options)
    on_host("systemctl start docker.service")
    yield lambda **options: limits("remount", **options)
    on_host(f"{stop}; umount /var/lib/docker; systemctl start docker.service")


def test_a_host_without_room_for_the_images_is_told_and_resumed_with_room(instance, carry_out):
    assert carry_out(services.stop(instance)).state == "succeeded"
    with a_small_disk_for_the_engine(size="100m", nr_inodes="100k") as change:
        operation = carry_out(services.deploy(instance))

        assert operation.state == "failed"
        assert "free in /var/lib/docker; the images need" in operation.reason, told(operation)
        assert "Make room on the host" in operation.advice

        change(size="6g", nr_inodes="900")  # room for bytes, not for files
        again = carry_out(operations.resume(operation, by=None))
        assert again.state == "failed"
        assert "no space left on device" in again.reason, told(again)
        assert "Make room on the host" in again.advice

        change(size="6g", nr_inodes="1000k")
        again = carry_out(operations.resume(operation, by=None))
        assert again.state == "succeeded", told(again)
        assert carry_out(services.stop(instance)).state == "succeeded"
    started = carry_out(services.start(instance))
    assert started.state == "succeeded", told(started)
