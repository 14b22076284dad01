"""What happens when processes die, stop or lose Redis: real workers, real signals."""

import os
import re
import signal
import subprocess
import sys
import time

import django_rq
import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone

from operations import services
from operations.models import LogLine, Operation
from tests.operations.processes import children_of, eventually, is_alive, pids_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def trace(tmp_path):
    return tmp_path / "trace"


@pytest.fixture
def tide(tmp_path):
    return tmp_path / "tide"


@pytest.fixture
def waiting_run(start, trace, tide):
    """An operation that runs until the tide comes."""
    return start("wait", trace=str(trace), until=str(tide))


def reach(operation, state, *, attempt=1, within=60.0):
    def is_there():
        operation.refresh_from_db()
        return operation.state == state and operation.attempt == attempt

    eventually(is_there, within=within, what=f"{state} in attempt {attempt}")


def has_begun(trace, times=1):
    return eventually(lambda: len(pids_in(trace, "began")) >= times and pids_in(trace, "began"))


def texts(operation):
    return list(operation.lines.values_list("text", flat=True))


def test_a_killed_work_horse_is_noticed_and_resumed_once(console, waiting_run, trace, tide):
    console.reconcile()
    console.work()
    killed = has_begun(trace)[0]
    os.kill(killed, signal.SIGKILL)
    at = time.monotonic()

    eventually(lambda: any(text.startswith("Interrupted") for text in texts(waiting_run)))
    assert time.monotonic() - at < 30

    second = has_begun(trace, times=2)[1]
    tide.touch()
    reach(waiting_run, "succeeded", attempt=2)
    assert second != killed
    assert len(pids_in(trace, "ended")) == 1


def lose_lease(operation):
    """What twenty seconds of silence do; only for one whose process cannot renew any more."""
    Operation.objects.filter(pk=operation.pk).update(lease_until=timezone.now())
    call_command("reconcile", "--once")


def test_what_dies_twice_is_left_for_a_person_and_holds_nothing(console, waiting_run, trace, group):
    Operation.objects.filter(pk=waiting_run.pk).update(self_resumes=1)
    console.work()
    os.kill(has_begun(trace)[0], signal.SIGKILL)

    lose_lease(waiting_run)
    reach(waiting_run, "interrupted")
    assert "Resume" in waiting_run.advice
    write = services.start("write", group)
    reach(write, "succeeded")


def test_a_work_horse_outlives_its_parent(console, waiting_run, trace, tide):
    console.reconcile()
    parent = console.work()
    horse = has_begun(trace)[0]
    parent.kill()
    parent.wait()

    # The work-horse itself renews its lease.
    first = lease_of(waiting_run)
    eventually(lambda: lease_of(waiting_run) > first)
    tide.touch()

    reach(waiting_run, "succeeded", attempt=1)
    assert pids_in(trace, "ended") == [horse]


def lease_of(operation):
    operation.refresh_from_db()
    return operation.lease_until


def test_a_process_that_stood_still_changes_nothing_afterwards(console, waiting_run, trace, tide):
    console.work()
    stopped = has_begun(trace)[0]
    os.kill(stopped, signal.SIGSTOP)
    lose_lease(waiting_run)
    console.work()
    has_begun(trace, times=2)
    tide.touch()
    reach(waiting_run, "succeeded", attempt=2)
    before = (list(LogLine.objects.values_list("pk", flat=True)), trace.read_text())

    os.kill(stopped, signal.SIGCONT)
    eventually(lambda: not is_alive(stopped), what="the end of the first work-horse")

    reach(waiting_run, "succeeded", attempt=2)
    assert (list(LogLine.objects.values_list("pk", flat=True)), trace.read_text()) == before


def test_a_careless_step_that_stood_still_cannot_write(console, start, tmp_path, group):
    tide = tmp_path / "tide"
    operation = start("drift", until=str(tide))
    worker = console.work()
    eventually(lambda: operation.lines.filter(text="Sail …").exists())
    (stopped,) = children_of(worker.pid)
    os.kill(stopped, signal.SIGSTOP)
    lose_lease(operation)
    console.work()
    reach(operation, "running", attempt=2)
    tide.touch()
    reach(operation, "succeeded", attempt=2)

    os.kill(stopped, signal.SIGCONT)
    eventually(lambda: not is_alive(stopped))

    assert texts(operation).count("Arrived") == 1


def test_runs_on_without_redis_and_starts_what_was_asked_meanwhile(
    console, waiting_run, trace, tide
):
    console.reconcile()
    console.work()
    has_begun(trace)
    console.stop_valkey()
    tide.touch()
    reach(waiting_run, "succeeded")

    asked = services.start("write", Group.objects.create(name="bakers"))
    console.start_valkey()
    console.work()

    reach(asked, "succeeded")
    assert asked.lines.filter(text__startswith="line ").count() == 100


def test_an_emptied_redis_loses_nothing(console, start):
    operation = start("write")
    django_rq.get_connection("quick").flushall()
    console.reconcile()
    console.work()

    reach(operation, "succeeded")


def test_is_cancelled_at_its_next_checkpoint(console, waiting_run, trace, ada):
    console.work()
    has_begun(trace)

    services.cancel(waiting_run, by=ada)

    reach(waiting_run, "cancelled")
    assert waiting_run.reason == "Cancelled by ada."
    assert pids_in(trace, "ended") == []


def test_a_worker_that_is_to_end_hands_its_operation_over(console, waiting_run, trace, tide):
    first = console.work()
    has_begun(trace)

    first.terminate()
    assert first.wait(60) == 0
    reach(waiting_run, "queued")
    assert [step.state for step in waiting_run.steps.all()] == ["pending"]
    assert waiting_run.claims.filter(released_at__isnull=True).count() == 0

    console.work()
    has_begun(trace, times=2)
    tide.touch()
    reach(waiting_run, "succeeded", attempt=2)


def test_queued_many_times_and_worked_by_three_it_runs_once(console, start, tmp_path):
    trace = tmp_path / "trace"
    operation = start("build", trace=str(trace))
    queue = django_rq.get_queue("operations")
    for _ in range(20):
        queue.enqueue("operations.jobs.run_operation", operation.pk)
    workers = [console.work("--burst") for _ in range(3)]

    assert [worker.wait(60) for worker in workers] == [0, 0, 0]

    reach(operation, "succeeded")
    assert len(pids_in(trace, "keel")) == 1


def test_the_second_waits_for_the_first_and_then_runs(console, waiting_run, trace, tide, group):
    console.work()
    console.work()
    has_begun(trace)
    second = services.start("write", group)
    reach(second, "waiting", attempt=0)

    tide.touch()

    reach(second, "succeeded")


def test_a_work_horse_starts_with_every_pipeline_loaded(console, start):
    """Loading them in each fork made a click wait five times as long for its first step."""
    operation = start("tell")

    worker = console.work()

    reach(operation, "succeeded")
    said = next(text for text in texts(operation) if text.startswith("loaded by"))
    loader, runner = re.findall(r"\d+", said)
    assert int(loader) == worker.pid
    assert int(runner) != worker.pid


def test_follow_prints_the_log_and_ends_with_the_operation(console, start, tmp_path):
    operation = start("build")
    console.work()
    command = [sys.executable, "manage.py", "follow", str(operation.uuid)]

    done = subprocess.run(
        command, env=console._environment(), capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert "Keel laid with •••" in done.stdout
    assert "Succeeded after" in done.stdout
