"""Switching and resizing: the guest first, hard only when asked, never a second machine."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from hosts import switching
from hosts.models import DockerHost
from hosts.services import plan_host
from hosts.steps import machine
from hosts.steps import prism as prism_steps
from operations import runner
from operations.errors import Refused
from operations.models import Operation
from operations.pipeline import get_pipeline
from tests.hosts.conftest import Ended, cluster_behind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch, settings):
    monkeypatch.setattr(prism_steps, "_pause", lambda run, seconds: run.checkpoint())
    monkeypatch.setattr(machine, "SHUT_DOWN_SECONDS", 0.0)
    settings.PIPELINES = "tests.hosts.pipelines.WITHOUT_ENGINES"


@pytest.fixture(params=["pc_v4", "pe_v2"])
def host(request, prism, settings, carry_out):
    """A machine that runs."""
    prism.knobs.role = {"pc_v4": "pc", "pe_v2": "pe"}[request.param]
    cluster = cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind=request.param
    )
    host = plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
    assert carry_out("make", host).state == "succeeded"
    host.refresh_from_db()
    host.record(state=DockerHost.State.READY)
    prism.journal.clear()
    return host


def done(operation):
    runner.execute(operation.pk, threads=False)
    return Ended(operation)


def asked(prism):
    """The changes of power that Prism was asked for, whatever its API."""
    found = []
    for entry in prism.journal.entries("POST"):
        words = f"{entry.path} {entry.body}".lower()
        if "power_state" in words or "$actions" in words:
            found.append(next(
                kind for kind, signs in {
                    "shut down": ("shutdown",), "off": ("power-off", "'off'"),
                    "on": ("power-on", "'on'"),
                }.items() if any(sign in words for sign in signs)
            ))
    return found


def test_off_asks_the_guest_and_says_that_it_obeyed(prism, host):
    ended = done(switching.switch_off(host))

    assert ended.state == "succeeded", ended
    assert asked(prism) == ["shut down"]
    assert "shut down when it was asked to" in ended.log
    host.refresh_from_db()
    assert host.state == "off"


@pytest.fixture
def deaf(prism, monkeypatch):
    """A guest that does not listen."""
    monkeypatch.setattr(prism.hypervisor, "shut_down", lambda uuid: None)


def test_a_guest_that_does_not_listen_is_left_running(prism, host, deaf):
    ended = done(switching.switch_off(host))

    assert ended.state == "failed"
    assert "harbor-01 to shut down" in ended.reason
    assert "power it off hard" in ended.advice
    assert prism.hypervisor.is_on(host.vm_ext_id)
    assert DockerHost.objects.get().state == "ready"


def test_hard_is_the_second_try_and_said(prism, host, deaf):
    ended = done(switching.switch_off(host, hard=True))

    assert ended.state == "succeeded", ended
    assert asked(prism) == ["shut down", "off"]
    assert "did not shut down by itself; powering it off" in ended.log


def test_restart_is_off_and_on(prism, host):
    ended = done(switching.restart(host))

    assert ended.state == "succeeded", ended
    assert asked(prism) == ["shut down", "on"]
    assert [step.slug for step in get_pipeline("restart-host").steps] == ["switch-off", "switch-on"]


def test_on_takes_over_a_new_address(prism, host):
    prism.hypervisor.power_off(host.vm_ext_id)
    prism.vms[host.vm_ext_id].nics[0].address = "192.0.2.77"

    ended = done(switching.switch_on(host))

    assert ended.state == "succeeded", ended
    host.refresh_from_db()
    assert host.address == "192.0.2.77"


def test_on_makes_no_machine_in_place_of_a_lost_one(prism, host):
    prism.lose_vm(host.vm_ext_id)

    ended = done(switching.switch_on(host))

    assert "Prism has no machine of harbor-01 any more" in ended.reason
    assert "Rebuild the host" in ended.advice
    assert not prism.vms


def size(prism, host):
    vm = prism.vms[host.vm_ext_id]
    return vm.sockets * vm.cores_per_socket, vm.memory_bytes // 2**20


def test_more_is_given_while_it_runs(prism, host):
    ended = done(switching.resize(host, cpus=4, memory_mib=8192))

    assert ended.state == "succeeded", ended
    assert size(prism, host) == (4, 8192)
    assert asked(prism) == []
    host.refresh_from_db()
    assert (host.cpus, host.memory_mib) == (4, 8192)


def test_less_needs_a_restart_that_was_allowed(prism, host):
    ended = done(switching.resize(host, cpus=1, memory_mib=4096))

    assert "cannot be resized while it runs" in ended.reason
    assert size(prism, host) == (2, 4096)

    ended = done(switching.resize(host, cpus=1, memory_mib=4096, may_restart=True))

    assert ended.state == "succeeded", ended
    assert "Restarting harbor-01 to resize it, as allowed" in ended.log
    assert asked(prism) == ["shut down", "on"]
    assert size(prism, host) == (1, 4096)


def test_a_prism_that_resizes_nothing_that_runs(prism, host):
    refused = {"method": "PUT", "path": "/vms/", "task": "FAILED", "message": "Hot plug is off."}
    prism.fail_next(**refused)

    ended = done(switching.resize(host, cpus=4, memory_mib=8192, may_restart=True))

    assert ended.state == "succeeded", ended
    assert "Hot plug is off." in ended.log
    assert asked(prism) == ["shut down", "on"]
    assert size(prism, host) == (4, 8192)


def test_a_machine_that_is_off_stays_off(prism, host):
    prism.hypervisor.power_off(host.vm_ext_id)

    ended = done(switching.resize(host, cpus=1, memory_mib=2048))

    assert ended.state == "succeeded", ended
    assert size(prism, host) == (1, 2048)
    assert asked(prism) == []


def test_stopped_half_way_it_is_switched_on_again(prism, host, carry_out):
    fault = {"method": "PUT", "path": "/vms/", "task": "FAILED", "message": "No room."}
    prism.fail_next(**fault, times=2)

    ended = done(switching.resize(host, cpus=4, memory_mib=8192, may_restart=True))

    assert "No room." in ended.reason
    assert not prism.hypervisor.is_on(host.vm_ext_id)
    assert carry_out("resize-host", ended).state == "succeeded"
    assert prism.hypervisor.is_on(host.vm_ext_id)
    assert size(prism, host) == (4, 8192)


def test_sizes_out_of_bounds_are_refused(host):
    with pytest.raises(ValidationError):
        switching.resize(host, cpus=0, memory_mib=4096)


def test_an_existing_machine_is_not_ours_to_switch():
    with pytest.raises(Refused, match="has no machine on a cluster"):
        switching.switch_off(DockerHost.objects.create(name="old", address="192.0.2.9"))


def page(host, verb):
    return reverse("admin:hosts_dockerhost_act", args=[host.pk, verb])


def test_the_pages_say_what_happens_and_start_it(ada, host):
    for verb in ("restart", "switch-off", "resize"):
        assert ada.get(page(host, verb), secure=True).status_code == 200
    assert ada.get(page(host, "switch-on"), secure=True).status_code == 403

    ada.post(page(host, "resize"), {"cpus": 4, "memory_mib": 100}, secure=True)
    assert not Operation.objects.filter(kind="resize-host").exists()
    ada.post(page(host, "resize"), {"cpus": 4, "memory_mib": 8192}, secure=True)
    ada.post(page(host, "switch-off"), {"hard": "on"}, secure=True)

    assert Operation.objects.get(kind="resize-host").parameters == {
        "cpus": 4, "memory_mib": 8192, "may_restart": False,
    }
    assert Operation.objects.get(kind="switch-off-host").parameters == {"hard": True}
    host.refresh_from_db()
    assert host.cpus == 2


def test_the_commands_do_the_same(host):
    output = io.StringIO()

    call_command("switch_host", host.name, "restart", "--no-follow", stdout=output)
    call_command("resize_host", host.name, "--cpus", "3", "--no-follow", stdout=output)

    assert set(Operation.objects.exclude(kind="make").values_list("kind", flat=True)) == {
        "restart-host", "resize-host",
    }
    with pytest.raises(CommandError, match="greater than or equal to 1024"):
        call_command("resize_host", host.name, "--memory-mib", "10", stdout=output)
    with pytest.raises(CommandError, match="There are: harbor-01"):
        call_command("switch_host", "other", "on", stdout=output)
