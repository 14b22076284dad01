"""Many at once, over connections of their own: the database decides, on SQLite and PostgreSQL."""

import queue
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group
from django.db import connections

from operations import queueing, runner, services
from operations.models import Claim, Operation
from operations.takeover import take_over, what_to_do

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enqueued(monkeypatch):
    """The queue of Redis, without its process."""
    found = queue.Queue()  # a SimpleQueue of CPython 3.11 may sleep through its time-out
    monkeypatch.setattr(queueing, "enqueue", lambda operation: found.put(operation.pk))
    return found


def at_once(count, work):
    """Call `work(number)` in that many threads at the same moment; their answers."""
    gate = threading.Barrier(count)

    def run(number):
        try:
            gate.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


@pytest.fixture
def ships(db):
    return [Group.objects.create(name=f"ship {number}") for number in range(8)]


def test_many_identical_clicks_give_one_operation(group, enqueued):
    found = at_once(8, lambda number: services.start("build", group).pk)

    assert len(set(found)) == 1
    assert Operation.objects.count() == 1


def test_one_takes_what_all_want(ships, enqueued):
    operations = [services.start("moor", ship) for ship in ships]

    def take(number):
        return take_over(operations[number], what_to_do(operations[number])[2])

    assert Counter(at_once(8, take)) == {True: 1, False: 7}
    states = Counter(Operation.objects.values_list("state", flat=True))
    assert states == {"running": 1, "waiting": 7}
    assert Claim.objects.filter(key="harbour", released_at__isnull=True).count() == 1


def test_all_take_what_all_share(ships, enqueued):
    operations = [services.start("anchor", ship) for ship in ships]

    def take(number):
        return take_over(operations[number], what_to_do(operations[number])[2])

    assert all(at_once(8, take))


def test_one_operation_is_taken_over_once(group, enqueued):
    operation = services.start("build", group)

    taken = at_once(
        8,
        lambda number: take_over(Operation.objects.get(pk=operation.pk), what_to_do(operation)[2]),
    )

    assert sum(taken) == 1
    operation.refresh_from_db()
    assert operation.attempt == 1


def test_no_wake_up_is_lost_and_nobody_is_in_the_harbour_twice(ships, enqueued, tmp_path):
    trace = tmp_path / "trace"
    for ship in ships:
        services.start("moor", ship, parameters={"trace": str(trace)})

    give_up_at = time.monotonic() + 120  # a lost wake-up would make them wait for ever

    def work(number):
        while Operation.objects.unfinished().exists():
            assert time.monotonic() < give_up_at, list(Operation.objects.values("pk", "state"))
            try:
                runner.execute(enqueued.get(timeout=0.1))
            except queue.Empty:
                continue

    at_once(4, work)

    assert set(Operation.objects.values_list("state", flat=True)) == {"succeeded"}
    words = [line.split()[0] for line in trace.read_text().splitlines()]
    assert words == ["in", "out"] * len(ships)
