"""A machine that was there before: its operator runs our script, then its engine obeys us."""

import socket
import subprocess
from dataclasses import replace
from uuid import uuid4

import pytest

from hosts.engine import engine_of
from hosts.existing import existing_host_script
from hosts.models import DockerHost
from hosts.services import plan_host, plan_volumes
from hosts.steps import meet_engine
from lib.errors import ServiceError
from lib.waiting import wait_until
from nutanix.prism.types import VMSpec


@pytest.fixture
def existing(db):
    return DockerHost.objects.create(name="old-server", address="192.0.2.7")


def test_the_script_is_a_shell_script_that_keeps_its_key_private(existing, tmp_path):
    file = tmp_path / "connect.sh"
    file.write_text(existing_host_script(existing))

    assert subprocess.run(["sh", "-n", str(file)], check=False).returncode == 0
    assert "umask 077" in file.read_text()
    existing.refresh_from_db()
    assert "192.0.2.7" in existing.server_certificate.sans
    assert existing_host_script(existing) == file.read_text()


def test_there_is_no_script_for_a_machine_without_an_address(db):
    with pytest.raises(ServiceError, match="has no address"):
        existing_host_script(DockerHost.objects.create(name="nowhere"))


def test_there_is_no_script_for_our_own_machines(cluster):
    host = plan_host(name="ours", cluster=cluster, cpus=2, memory_mib=2048, disk_gib=40)

    with pytest.raises(ServiceError, match="needs no script"):
        existing_host_script(host)


@pytest.fixture
def bare_machine(lab, lab_cluster):
    """Name and address of a machine on which nothing was set up."""
    spec = VMSpec(
        name="bare-1", mark=f"Test {uuid4()}", cluster=lab_cluster.ext_id,
        subnet=lab_cluster.default_subnet_ext_id, image=lab_cluster.default_image_ext_id,
        cpus=2, memory_mib=2048, disk_gib=40, user_data="#cloud-config\n{}\n",
    )
    with lab_cluster.client() as prism:
        _settle(prism, prism.create_vm(spec, request_id=str(uuid4())))
        vm = prism.find_vm(spec.mark, name=spec.name)
        _settle(prism, prism.power_on(vm.ext_id, request_id=str(uuid4())))
        yield spec.name, prism.get_vm(vm.ext_id).address
        _settle(prism, prism.delete_vm(vm.ext_id, request_id=str(uuid4())))


def _settle(prism, ref):
    wait_until(lambda: prism.task(ref).succeeded, what="Prism", timeout=60, interval=0.1)


def _await_boot(lab, name):
    def is_up():
        [found] = [each for each in lab.machines() if each["name"] == name]
        state = lab.inside(name, "systemctl", "is-system-running") if found["pid"] else None
        return state and state.stdout.strip() in ("running", "degraded")

    wait_until(is_up, what="the machine", timeout=120, interval=0.5)


@pytest.mark.lab
def test_connects_an_existing_machine_and_keeps_data_on_its_disk(bare_machine, lab, carry_out):
    name, address = bare_machine
    host = DockerHost.objects.create(name=name, address=address)
    script = existing_host_script(host)
    _await_boot(lab, name)

    ran = lab.inside(name, "sh", "-c", script)

    assert ran.returncode == 0, ran.stderr
    plan_volumes(
        claimed_by=str(host.uuid), prefix="old", sizes={"registry": 1, "database": 1},
        backend="local", host=host,
    )
    ended = carry_out("all", host)
    assert ended.state == "succeeded", ended
    assert "lost with that machine" in ended.log
    with engine_of(None, host) as engine:
        assert engine.volume("old-registry")["Driver"] == "local"
    assert carry_out("clear", host).state == "succeeded"
    assert any(each["name"] == name for each in lab.machines())


@pytest.mark.lab
@pytest.mark.full
def test_an_engine_without_tls_is_not_used_until_it_has_it(
    bare_machine, lab, carry_out, monkeypatch
):
    monkeypatch.setattr(meet_engine, "ANSWER_SECONDS", {False: 0.0})
    name, address = bare_machine
    host = DockerHost.objects.create(name=name, address=address)
    script = existing_host_script(host)
    _await_boot(lab, name)
    lab.inside(
        name, "systemd-run", "--unit=plain-engine", "dockerd", "--tls=false",
        "-H", "unix:///var/run/docker.sock", "-H", "tcp://0.0.0.0:2376",
    )
    wait_until(lambda: _listens(address), what="the engine", timeout=90)

    ended = carry_out("reach", host)

    assert ended.state == "failed"
    assert "answers without TLS" in ended.reason
    assert "Run the script from the host's page" in ended.advice
    assert lab.inside(name, "docker", "image", "ls", "-q").stdout == "", "it was not touched"
    lab.inside(name, "systemctl", "stop", "plain-engine")
    assert lab.inside(name, "sh", "-c", script).returncode == 0
    wait_until(lambda: _listens(address), what="the engine with TLS", timeout=90)
    again = carry_out("reach", ended)
    assert again.state == "succeeded", again


def _listens(address):
    with socket.socket() as probe:
        return probe.connect_ex((address, 2376)) == 0


def test_a_spec_never_shows_what_it_carries():
    spec = VMSpec(
        name="a", mark="b", cluster="c", subnet="d", image="e", cpus=1, memory_mib=1, disk_gib=1,
        user_data="secret",
    )

    assert "secret" not in repr(replace(spec, name="x"))
