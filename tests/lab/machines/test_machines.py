"""Machines boot with what they were given and survive what happens to real ones."""

import base64
import ssl

import pytest

from lab.control import Lab
from tests.lab.machines.guest import (
    LOCAL_ENGINE,
    credentials_for,
    engine_over_tls,
    eventually,
    new_guest,
    ping,
)

pytestmark = pytest.mark.lab


def test_the_engine_that_user_data_asks_for_answers_over_mutual_tls(machines, tmp_path):
    address = machines.subnet.pool[1]
    credentials = credentials_for(address)
    guest = new_guest(machines, b"")
    machines.hypervisor.define(
        uuid=guest.uuid,
        name=guest.name,
        mac="50:6b:8d:00:01:01",
        address=address,
        user_data=engine_over_tls(credentials),
        meta_data=b"",
    )
    machines.hypervisor.power_on(guest.uuid)

    def answered():
        try:
            return ping(address, credentials, tmp_path)
        except OSError:
            return None

    assert eventually(answered, "the engine answers") == "OK"
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ping(address, credentials, tmp_path, with_client=False)


def test_user_data_reaches_cloud_init_byte_by_byte(machines):
    document = "#cloud-config\r\n# 登录 \t \nbootcmd:\n  - 'echo \"é\" > /run/seen'\n\n\n".encode()
    guest = new_guest(machines, document, meta_data=b'{"hostname": "harbor-1"}')
    machines.hypervisor.power_on(guest.uuid)
    guest.await_first_boot()

    received = guest.run("base64", "--wrap=0", "/var/lib/cloud/instance/user-data.txt")

    assert base64.b64decode(received) == document
    assert guest.run("cat", "/run/seen") == "é"
    assert guest.run("hostname") == "harbor-1"


def test_without_user_data_no_engine_listens(machines):
    guest = new_guest(machines, b"")
    machines.hypervisor.power_on(guest.uuid)
    guest.await_first_boot()

    assert guest.run("cloud-init", "status") == "status: done"
    assert not guest.tries("systemctl", "is-active", "docker.service")
    assert not guest.tries("systemctl", "is-enabled", "docker.service")
    assert ":2376" not in guest.run("ss", "--listening", "--tcp", "--numeric")
    assert guest.run("ls", "/var/lib/docker") == ""
    assert guest.run("systemctl", "--failed", "--no-legend") == ""


def test_containers_that_shall_restart_do_so_after_a_crash(machines, busybox):
    guest = new_guest(machines, LOCAL_ENGINE)
    machines.hypervisor.power_on(guest.uuid)
    guest.await_engine()
    put(guest, busybox, "/root/image.tar")
    guest.run("docker", "import", "/root/image.tar", "busybox")
    run = ("docker", "run", "--detach", "--name=keeper", "--restart=always")
    guest.run(*run, "busybox", "/bin/busybox", "sleep", "1000000")

    machines.hypervisor.power_off(guest.uuid)
    assert not machines.hypervisor.is_on(guest.uuid)
    machines.hypervisor.power_on(guest.uuid)
    guest.await_engine()

    state = ("docker", "inspect", "--format={{.State.Running}}", "keeper")
    eventually(lambda: guest.run(*state) == "true", "the container runs again")


def test_a_machine_shuts_down_and_reboots_as_its_guest_wants(machines):
    guest = new_guest(machines, b"#cloud-config\n")
    machines.hypervisor.power_on(guest.uuid)
    guest.await_first_boot()
    guest.run("touch", "/run/first-boot")

    guest.tries("systemctl", "reboot")
    eventually(lambda: guest.tries("test", "!", "-e", "/run/first-boot"), "it boots again")
    guest.await_first_boot()
    machines.hypervisor.shut_down(guest.uuid)

    eventually(lambda: not machines.hypervisor.is_on(guest.uuid), "it is off")


def put(guest, file, target):
    """Copy a file of this host into the machine."""
    inside = f"/proc/{pid_of(guest)}/root{target}"
    with open(file, "rb") as source, open(inside, "wb") as copy:
        copy.write(source.read())


def pid_of(guest):
    return next(m["pid"] for m in Lab.connect().machines() if m["uuid"] == guest.uuid)
