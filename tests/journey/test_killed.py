"""Processes die or freeze in the middle of a deployment: one machine, the right end.

Each deployment meets its fault in three steps: what it survives three times, it survives once.
"""

import os
import signal
import threading
import time

import pytest

from hosts import tool_image
from lab.control import Lab
from tests.journey.conftest import command_of
from tests.operations.processes import children_of, eventually, is_alive, state_of

pytestmark = [pytest.mark.lab, pytest.mark.full]
STEPS = ("provision-host", "load-images", "start-harbor")
ENDED = ("succeeded", "failed", "cancelled", "interrupted")
# Of the engine's events, those that a mere look or a health check leaves; reading a file is
# archive-path, writing one is extract-to-dir.
# A container of the host tool that had done its work is tidied away by whoever started it.
LOOKS = ("exec_", "health_status", "archive-path", f"destroy {tool_image.REFERENCE}")


def reach(console, step):
    """Who executes the deployment in the middle of `step`, and that one's parent."""
    eventually(lambda: console.is_in(step), within=300, what=f"step {step}")
    horse = eventually(console.work_horse, within=5, what="the work-horse")
    assert console.is_in(step), "the step was over before the fault"
    return horse


def go_on(console, *, after):
    """The next attempt begins: once by itself, the next time when a person asks for it."""
    if after % 2 == 0:
        eventually(lambda: console.state()[0] == "interrupted", within=60, what="the interruption")
        console.resume()
    eventually(lambda: console.state()[1] == after + 1, within=60, what=f"attempt {after + 1}")


def expect_a_good_end(console, *, attempt):
    eventually(lambda: console.state()[0] in ENDED, within=420, what="the end")
    assert console.state() == ("succeeded", attempt), console.story()
    made = [e for e in console.lab.prism.journal.entries("POST") if e.path.endswith("/vms")]
    assert len(console.lab.prism.vms) == 1, made
    groups = [group.name for group in console.lab.prism.volume_groups.values()]
    assert sorted(groups) == [f"demo-{r}" for r in ("database", "jobservice", "redis", "registry")]
    checks = dict(console.ask("select slug, state from operations_checkresult"))
    assert set(checks.values()) == {"passed"}, checks


def test_work_horse_killed(console):
    console.deploy()
    for attempt, step in enumerate(STEPS, start=1):
        horse, _ = reach(console, step)

        os.kill(horse, signal.SIGKILL)

        eventually(
            lambda n=attempt: console.log.read_text().count("(signal 9)") == n,
            within=30, what="the end by signal 9",
        )
        go_on(console, after=attempt)
    expect_a_good_end(console, attempt=len(STEPS) + 1)


def test_worker_killed_without_its_work_horse(console):
    console.deploy()
    for attempt, step in enumerate(STEPS, start=1):
        horse, parent = reach(console, step)

        os.kill(parent, signal.SIGKILL)

        eventually(lambda s=step: not console.is_in(s), within=300, what=f"the end of {step}")
        assert not is_alive(parent)
        assert is_alive(horse), "it needs nobody"
        assert console.state() == ("running", attempt), console.story()
        if step != STEPS[-1]:
            # Asked to end, it hands over to one that has a parent again.
            os.kill(horse, signal.SIGTERM)
            eventually(lambda n=attempt: console.state()[1] == n + 1, what="the next attempt")
    expect_a_good_end(console, attempt=len(STEPS))


def test_work_horse_frozen_for_a_minute(console):
    console.deploy()
    frozen = []
    for attempt, step in enumerate(STEPS, start=1):
        horse, _ = reach(console, step)

        freeze(console, horse)

        frozen.append(horse)
        if step != STEPS[-1]:
            thaw = threading.Timer(60, os.kill, [horse, signal.SIGCONT])
            thaw.start()
        stopped_at = time.monotonic()
        go_on(console, after=attempt)
    expect_a_good_end(console, attempt=len(STEPS) + 1)
    eventually(lambda: time.monotonic() - stopped_at > 60, within=70, what="the minute")
    before, thawed_at = traces(console), time.time()

    os.kill(frozen[-1], signal.SIGCONT)

    for horse in frozen:
        eventually(lambda pid=horse: not is_alive(pid), within=60, what="the end of the old one")
    # One that lost its operation changes nothing any more.
    assert traces(console) == before
    assert changes_on_host(since=thawed_at) == []
    expect_a_good_end(console, attempt=len(STEPS) + 1)


def freeze(console, horse):
    """Stop it between two writes: in one, on SQLite, it stops everybody, and nobody takes over."""
    os.kill(horse, signal.SIGSTOP)
    eventually(lambda: state_of(horse) == "T", what="standstill")
    while not console.can_write():
        os.kill(horse, signal.SIGCONT)
        os.kill(horse, signal.SIGSTOP)
        eventually(lambda: state_of(horse) == "T", what="standstill")


def traces(console):
    """What changes when anybody changes anything in Prism or in the database."""
    asked = [entry for entry in console.lab.prism.journal if entry.method != "GET"]
    return len(asked), console.ask(
        "select changes, last_line from operations_operation where kind = 'deploy'"
    )


def changes_on_host(*, since):
    """The engine's events but for looks and health checks."""
    told = Lab.connect().inside(
        "demo", "docker", "events", "--since", str(since), "--until", str(time.time()),
        "--format", "{{.Type}} {{.Action}} {{.Actor.Attributes.image}} {{.Actor.ID}}",
    )
    assert told.returncode == 0, told.stderr
    return [line for line in told.stdout.splitlines() if not any(look in line for look in LOOKS)]


def test_redis_away_for_half_a_minute(console):
    console.deploy()
    reach(console, "load-images")
    valkey = next(
        pid for pid in children_of(console.server.pid) if "valkey-server" in command_of(pid)[0]
    )
    os.kill(valkey, signal.SIGSTOP)
    stopped_at = time.monotonic()
    eventually(lambda: time.monotonic() - stopped_at > 30, within=40, what="half a minute")
    os.kill(valkey, signal.SIGKILL)  # and it comes back empty

    expect_a_good_end(console, attempt=1)
