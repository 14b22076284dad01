"""The lab leaves the machine as it was, also when it was killed in the middle of its work."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.control import Lab
from lab.errors import LabError
from tests.lab.traces import traces_of

pytestmark = pytest.mark.lab

NAME = "trace"
ROOT = Path(__file__).parents[3]
KILLED_LAB = """
import os, signal, time
from lab.control import Lab
from lab.up import RunningLab

lab = RunningLab().start()
lab.names.register("harbor.lab.test", lab.subnet.pool[0])
lab.hypervisor.create_disk("disk-1", 64 * 2**20)
vm = "6f1c0f2a-9d0e-4c53-8d3b-0b7a6d1f2c11"
lab.hypervisor.define(uuid=vm, name="host-1", mac="50:6b:8d:00:00:09",
    address=lab.subnet.pool[0], user_data=DOCUMENT, meta_data=b"")
lab.hypervisor.attach_disk(vm, "disk-1")
lab.hypervisor.power_on(vm)
desk = Lab.connect()
end = time.monotonic() + 120
while time.monotonic() < end:
    if desk.machines()[0]["pid"] and desk.inside("host-1", "docker", "info").returncode == 0:
        break
    time.sleep(0.1)
out = desk.inside("host-1", "journalctl", "-b", "--no-pager").stdout[-3000:]
if time.monotonic() > end: print(out)
print("engine runs" if time.monotonic() < end else "no engine", flush=True)
END
"""
DOCUMENT = b"#cloud-config\nruncmd: ['systemctl start docker.service']\n"


@pytest.fixture(autouse=True)
def _no_traces_of_earlier_tests(lab):
    """This file's own lab is not there, and the tools a lab installs are."""
    assert _run(sys.executable, "-m", "lab", "clean").returncode == 0


def test_a_lab_that_ended_leaves_nothing():
    before = traces_of(NAME)

    ended = _lab(KILLED_LAB.replace("END", "lab.stop()"))

    assert ended.stdout == "engine runs\n", ended.stderr
    assert traces_of(NAME) == before


def test_a_killed_lab_is_cleaned_away():
    before = traces_of(NAME)

    killed = _lab(KILLED_LAB.replace("END", "os.kill(os.getpid(), signal.SIGKILL)"))
    assert killed.stdout == "engine runs\n", killed.stderr
    assert killed.returncode == -signal.SIGKILL
    left = traces_of(NAME)
    assert left["mounts"] != before["mounts"], "a killed lab leaves things: or this test is blind"
    assert left["processes"] != before["processes"]
    cleaned = _run(sys.executable, "-m", "lab", "clean")

    assert cleaned.returncode == 0, cleaned.stderr
    assert traces_of(NAME) == before
    assert _run(sys.executable, "-m", "lab", "clean").returncode == 0, "it can be done twice"


def test_a_second_lab_is_refused_and_told_why():
    name = {"SLIPWAY_LAB": os.environ["SLIPWAY_LAB"]}

    second = _run(sys.executable, "-m", "lab", "up", **name)

    assert second.returncode == 1
    assert "running on this machine already" in second.stderr
    assert "python -m lab down" in second.stderr
    assert Lab.connect().status()["pid"] == os.getpid(), "the first one is not disturbed"


def test_without_a_lab_its_commands_say_so():
    told = _run(sys.executable, "-m", "lab", "machines")

    assert told.returncode == 1
    assert "Start one with `python -m lab up`" in told.stderr


def test_an_unknown_machine_or_call_is_named():
    with pytest.raises(LabError, match="no machine named ghost. It has: none"):
        Lab.connect().crash(name="ghost")
    with pytest.raises(LabError, match="no call named dance"):
        Lab.connect().dance()


def _lab(program: str) -> subprocess.CompletedProcess[str]:
    return _run(sys.executable, "-c", program.replace("DOCUMENT", repr(DOCUMENT)))


def _run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SLIPWAY_LAB": NAME, **environment}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
