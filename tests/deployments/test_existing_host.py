"""A machine that was there before: its own disk, other ports, and what may be in the way there."""

import pytest

from deployments import services
from deployments.models import HarborInstance
from hosts.engine import engine_of
from hosts.host_tool import HostTool
from lab.control import Lab
from lib.archives import File
from lib.waiting import wait_until
from tests.deployments.existing_host import boot_existing_host, engine_answers
from tests.deployments.lab_rows import release_of, told

pytestmark = [pytest.mark.lab, pytest.mark.django_db]


@pytest.fixture
def instance(lab, console):
    host = boot_existing_host(lab, name="old-host")
    wait_until(lambda: engine_answers(host), what="the engine", timeout=120)
    yield HarborInstance.objects.create(
        name="old", fqdn="old-host.lab.test", host=host, storage="local", http_port=8080,
        https_port=8443, release=release_of(lab, console.RELEASES_DIR), registry_gib=60_000,
        database_gib=1, redis_gib=1, jobservice_gib=1,
    )
    machine = next(m for m in lab.hypervisor.machines.values() if m.name == "old-host")
    lab.hypervisor.delete(machine.uuid)


def inside(*command: str) -> None:
    done = Lab.connect().inside("old-host", *command)
    assert done.returncode == 0, done.stderr


def test_what_is_in_the_way_is_told_before_anything_is_touched_then_it_works(
    instance, carry_out
):
    with engine_of(None, instance.host) as docker:
        # Somebody else's container holds a name that Harbor needs.
        docker.put_files("/srv", {})
        docker.api.create_container("slipway/carrier:1", ["-"], name="redis")
        docker.put_files("/opt/harbor", {"harbor.yml": File(b"hostname: other.example.com\n")})
        inside("systemd-run", "--unit=squatter", "python3", "-m", "http.server", "8080")
        wait_until(lambda: 8080 in HostTool(docker).listening_ports(), what="it", timeout=20)

        refused = carry_out(services.deploy(instance))

        assert refused.state == "failed"
        for words in (
            "named redis", "Port 8080 is taken by a program", "of other.example.com", "GiB free in",
        ):
            assert words in refused.reason
        assert refused.steps.exclude(slug="check-request").exclude(state="pending").count() == 0
        assert docker.get_files("/opt/harbor", ["docker-compose.yml"]) == {}
        docker.remove_container("redis")
        inside("systemctl", "stop", "squatter")
        inside("rm", "/opt/harbor/harbor.yml")
    HarborInstance.objects.filter(pk=instance.pk).update(registry_gib=1)

    operation = carry_out(services.deploy(instance))

    assert operation.state == "succeeded", told(operation)
    volumes = operation.checks.get(slug="volumes")
    assert volumes.state == "warning"
    assert "own disk" in volumes.evidence
    assert operation.checks.get(slug="engine-trust").state == "passed"
    assert operation.steps.get(slug="provision-host").state == "skipped"
