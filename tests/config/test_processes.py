"""The console's processes: what dies is started again; the end ends them all."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from config import processes
from config.processes import Process
from lib.errors import ServiceError

LIVES = [sys.executable, "-c", "import time; time.sleep(600)"]
DIES = [sys.executable, "-c", "raise SystemExit(3)"]


def look_until(process, condition, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        process.look()
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen in time")


@pytest.fixture
def lasting():
    process = Process("lasting", LIVES)
    yield process
    processes._end([process])


def test_starts_again_what_was_killed(lasting):
    look_until(lasting, lambda: lasting.child)
    first = lasting.child
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert first.returncode == -signal.SIGKILL

    look_until(lasting, lambda: lasting.child and lasting.child is not first)

    assert lasting.child.poll() is None


def test_waits_longer_each_time_it_dies_at_once():
    process = Process("dying", DIES)
    pauses = []
    for _ in range(3):
        process.due_at = 0
        process.look()
        process.child.wait()
        process.look()
        pauses.append(process.pause)

    assert pauses == [2.0, 4.0, 8.0]


def test_the_end_leaves_nobody(lasting):
    look_until(lasting, lambda: lasting.child)

    processes._end([lasting])

    assert lasting.child.poll() is not None


def test_children_end_when_the_console_is_killed_hard(tmp_path):
    program = textwrap.dedent(
        f"""
        from config.processes import Process
        child = Process("child", {LIVES!r})
        child.start()
        print(child.child.pid, flush=True)
        child.child.wait()
        """
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()

    deadline = time.monotonic() + 10
    while os.path.exists(f"/proc/{child}") and "zombie" not in state_of(child):
        assert time.monotonic() < deadline, "the child lives on"
        time.sleep(0.01)


def state_of(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            return status.read()
    except FileNotFoundError:
        return "zombie"


def test_a_failing_chore_does_not_end_the_console(caplog):
    def fail():
        raise ServiceError("The authority has no key.")

    processes.do_chore(fail)

    assert "no key" in caplog.text


def test_uses_no_valkey_of_its_own_beside_a_given_redis(settings):
    settings.REDIS_URL = "redis://redis.example.com:6379/0"

    assert "valkey" not in [process.name for process in processes.console_processes()]
