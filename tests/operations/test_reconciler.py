"""What the reconciler sets right, and what it leaves alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from operations import claims, queueing, reconciler, runner, services
from operations.errors import TakenOver
from operations.hold import Hold
from operations.models import Claim, LogLine, Operation, Schedule, ScheduleSlot
from operations.reconciler import Reconciler
from operations.schedules import ensure_schedule
from operations.takeover import take_over, what_to_do
from tests.operations import pipelines

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    """The queue of Redis as a list: what it does with real Redis is in test_processes."""
    found = []
    monkeypatch.setattr(queueing, "enqueue", found.append)
    monkeypatch.setattr(queueing, "is_enqueued", lambda operation: operation in found)
    return found


@pytest.fixture
def clock(monkeypatch):
    """The database's clock, moved by the test."""

    class Clock:
        now = timezone.now()

    monkeypatch.setattr(reconciler, "_time_of_database", lambda: Clock.now)
    return Clock


def take(operation):
    take_over(operation, what_to_do(operation)[2])
    return Hold(operation)


def silence(operation):
    past = timezone.now() - timedelta(seconds=1)
    Operation.objects.filter(pk=operation.pk).update(lease_until=past)


def look():
    Reconciler(patience=timedelta(0)).look()


def test_leaves_a_renewed_lease_alone(start):
    operation = start()
    take(operation).renew()

    look()

    operation.refresh_from_db()
    assert operation.state == "running"


def test_the_lease_ends_twenty_seconds_after_the_databases_clock(start):
    operation = start()
    take(operation)

    left = operation.lease_until - timezone.now()
    assert timedelta(seconds=15) < left <= timedelta(seconds=20, milliseconds=500)


def test_interrupts_frees_and_resumes_once(start):
    operation = start()
    take(operation)
    silence(operation)

    look()

    operation.refresh_from_db()
    assert (operation.state, operation.self_resumes) == ("queued", 1)
    assert not Claim.objects.filter(released_at__isnull=True).exists()

    take(operation)
    silence(operation)
    look()

    operation.refresh_from_db()
    assert (operation.state, operation.attempt) == ("interrupted", 2)
    assert "gone" in operation.reason


def test_a_person_may_resume_what_it_left(start, ada):
    operation = start()
    Operation.objects.filter(pk=operation.pk).update(self_resumes=1)
    take(operation)
    silence(operation)
    look()

    services.resume(operation, by=ada)

    assert (operation.state, operation.self_resumes) == ("queued", 0)


def test_does_not_resume_what_was_to_be_cancelled(start, ada):
    operation = start()
    take(operation)
    services.cancel(operation, by=ada)
    silence(operation)

    look()

    operation.refresh_from_db()
    assert operation.state == "interrupted"


def test_the_lost_attempt_can_write_nothing(start):
    operation = start()
    hold = take(operation)
    silence(operation)
    look()

    with pytest.raises(TakenOver), hold.writing():
        pytest.fail("wrote")
    with pytest.raises(TakenOver):
        hold.check()

    again = take(Operation.objects.get(pk=operation.pk))
    with pytest.raises(TakenOver):
        hold.renew()
    again.renew()


def test_judges_leases_only_after_it_saw_the_database_for_a_whole_one(start, clock):
    operation = start()
    take(operation)
    silence(operation)
    watcher = Reconciler()

    for _ in range(10):
        watcher.look()
        clock.now += timedelta(seconds=2)
    operation.refresh_from_db()
    assert operation.state == "running"

    watcher.look()
    operation.refresh_from_db()
    assert operation.state == "queued"


@pytest.mark.parametrize("jump", [timedelta(seconds=11), timedelta(seconds=-1)])
def test_begins_anew_after_a_gap(start, clock, jump):
    operation = start()
    take(operation)
    silence(operation)
    watcher = Reconciler()
    for _ in range(9):
        watcher.look()
        clock.now += timedelta(seconds=2)
    clock.now += jump

    watcher.look()
    clock.now += timedelta(seconds=2)
    watcher.look()

    operation.refresh_from_db()
    assert operation.state == "running"


def test_enqueues_what_the_queue_forgot_and_only_that(start, queue, group):
    forgotten, known = start("build"), start("write")
    queue.append(known)
    Operation.objects.update(queued_at=timezone.now() - timedelta(minutes=1))

    look()

    assert queue == [known, forgotten]


def test_wakes_what_waits_for_nothing_any_more(start, group):
    holder, waiter = start("build"), start("write")
    take(holder)
    take(waiter)
    assert waiter.state == "waiting"
    # The process of the holder died between its end and telling so.
    holder.move(to="failed", only_from=("running",), finished_at=timezone.now())
    claims.release(holder)

    look()

    waiter.refresh_from_db()
    assert waiter.state == "queued"


def test_starts_a_due_schedule_once_and_keeps_its_rhythm(group):
    due = timezone.now() - timedelta(minutes=95)
    schedule = Schedule.objects.create(
        slug="nightly", kind="build", subject=group, every_minutes=30, next_at=due
    )

    look()
    look()

    assert Operation.objects.count() == 1
    schedule.refresh_from_db()
    assert schedule.next_at == due + timedelta(minutes=120)
    assert ScheduleSlot.objects.get().operation == Operation.objects.get()


def test_a_schedule_is_made_once_and_then_belongs_to_people(group):
    made = ensure_schedule("nightly", kind="build", every_minutes=60, subject=group)
    Schedule.objects.update(every_minutes=5)

    again = ensure_schedule("nightly", kind="build", every_minutes=60, subject=group)

    assert (again, again.every_minutes, again.subject) == (made, 5, group)


def test_a_schedule_about_nothing_is_about_itself(settings):
    settings.PIPELINES = "tests.operations.pipelines.TIDY"
    schedule = ensure_schedule("tidy", kind="tidy", every_minutes=60)

    look()

    assert Operation.objects.get().subject == schedule


@pytest.fixture
def tidy(settings, monkeypatch):
    """A pipeline that starts by itself; `tidy(no)` makes it unwanted."""
    settings.PIPELINES = "tests.operations.pipelines.TIDY"

    def change(wanted):
        (pipeline,) = pipelines.TIDY
        changed = replace(pipeline, every_minutes=60, wanted=lambda: wanted)
        monkeypatch.setattr(pipelines, "TIDY", (changed,))

    return change


def test_a_pipeline_that_starts_by_itself_gets_its_schedule(db, tidy):
    tidy(wanted=True)

    look()

    assert Schedule.objects.get().every_minutes == 60
    assert Operation.objects.get().kind == "tidy"


def test_a_slot_with_nothing_to_do_passes_without_a_trace(db, tidy):
    tidy(wanted=False)

    look()

    assert not Operation.objects.exists()
    assert not ScheduleSlot.objects.exists()
    assert Schedule.objects.get().next_at > timezone.now()


def test_a_refused_slot_says_why(group):
    Schedule.objects.create(slug="odd", kind="unknown", subject=group, every_minutes=1)

    look()

    assert "knows no operation" in ScheduleSlot.objects.get().refusal


def test_a_disabled_schedule_rests(group):
    Schedule.objects.create(slug="off", kind="build", subject=group, every_minutes=1, enabled=False)

    look()

    assert not Operation.objects.exists()


def test_prunes_the_lines_of_old_operations_only(start, settings):
    old, new = start("build"), start("write")
    for operation in (old, new):
        runner.execute(operation.pk, threads=False)
    ended = timezone.now() - timedelta(days=settings.LOG_DAYS + 1)
    Operation.objects.filter(pk=old.pk).update(finished_at=ended)

    look()

    assert set(LogLine.objects.values_list("operation", flat=True)) == {new.pk}
    assert Operation.objects.count() == 2


def test_the_databases_time_is_a_time(db):
    off = abs(reconciler._time_of_database() - timezone.now())

    assert off < timedelta(minutes=1), connection.vendor
