"""A second machine that has nothing but the downloaded trust bundle uses the registry."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from lab import cgroups, guest
from lib.waiting import wait_until
from tests.deployments.existing_host import boot_existing_host

# It takes a deployment of its own.
pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]
UNKNOWN = "x509: certificate signed by unknown authority"


class Machine:
    """The console of a machine in the lab, and its folder /root."""

    def __init__(self, uuid):
        self.group = cgroups.top() / uuid

    @property
    def pid(self):
        """Of its first process; it changes while the machine boots."""
        return cgroups.first_process(self.group)

    def run(self, *command):
        pid = self.pid
        if not pid:
            return 1, "The machine does not run yet."
        done = guest.run(pid, *command)
        return done.returncode, done.stdout + done.stderr

    def put(self, name, content):
        (Path(f"/proc/{self.pid}/root/root") / name).write_bytes(content)


@pytest.fixture
def second(lab, console):
    """A machine that Slipway did not make and that knows no registry."""
    boot_existing_host(lab, name="laptop")
    machine = next(m for m in lab.hypervisor.machines.values() if m.name == "laptop")
    there = Machine(machine.uuid)
    wait_until(lambda: there.run("docker", "version")[0] == 0, what="the engine", timeout=400)
    yield there
    lab.hypervisor.delete(machine.uuid)


def test_refuses_without_the_bundle_and_works_with_it(second, instance):
    image = f"{instance.registry_host}/slipway-selftest/second:1"
    second.put("password", instance.admin_password.encode())
    second.put("login.sh", b'docker login -u admin --password-stdin "$1" < /root/password\n')
    second.put("image.sh", b'tar -C /etc -c hostname | docker import - "$1"\n')
    assert second.run("sh", "/root/image.sh", image)[0] == 0

    for attempt in (("sh", "/root/login.sh", instance.registry_host), ("docker", "push", image)):
        code, said = second.run(*attempt)
        assert code != 0
        assert UNKNOWN in said

    script = Client().get(reverse("deployments:trust-script", args=[instance.uuid])).content
    second.put("trust.sh", script)
    code, said = second.run("sh", "/root/trust.sh")
    assert code == 0, said

    for command in (
        ("sh", "/root/login.sh", instance.registry_host), ("docker", "push", image),
        ("docker", "rmi", image), ("docker", "pull", image),
    ):
        code, said = second.run(*command)
        assert code == 0, f"{command}: {said}"

    code, said = second.run("sh", "/root/trust.sh", "--remove")
    assert code == 0, said
    code, said = second.run("docker", "pull", image)
    assert code != 0
    assert UNKNOWN in said
