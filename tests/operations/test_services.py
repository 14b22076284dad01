"""Starting, cancelling and resuming: who may, and what two clicks mean."""

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django.utils.translation import override

from operations import claims, endings, queueing, runner, services
from operations.errors import Refused
from operations.models import Operation
from operations.signals import operation_finished
from operations.takeover import take_over, what_to_do

pytestmark = pytest.mark.django_db


@pytest.fixture
def enqueued(monkeypatch):
    found = []
    monkeypatch.setattr(queueing, "enqueue", found.append)
    return found


def run(operation):
    runner.execute(operation.pk, threads=False)
    operation.refresh_from_db()


def test_enqueues_only_after_the_row_is_committed(
    start, enqueued, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        operation = start()
        assert enqueued == []

    assert enqueued == [operation]


def test_shows_every_step_before_a_worker_takes_it(start):
    assert [step.state for step in start().steps.all()] == ["pending"] * 4


def test_two_identical_clicks_give_one_operation(start, enqueued):
    assert start(paint=True) == start(paint=True)


def test_a_click_with_other_choices_is_refused(start):
    start(paint=True)

    with pytest.raises(Refused, match="with other choices"):
        start(paint=False)


def test_another_kind_is_another_operation(start):
    assert start("build") != start("survey")


def test_a_new_click_after_the_end_is_a_new_operation(start):
    first = start()
    run(first)

    assert start() != first


def test_takes_the_owner_of_the_subject_or_the_one_that_is_given(group, ben):
    operation = services.start("build", group, owner=group)

    assert list(services.visible_operations(ben)) == [operation]


def test_strangers_see_nothing(group, eve):
    services.start("build", group, owner=group)

    assert not services.visible_operations(eve).exists()
    assert not services.visible_operations(User(is_active=False)).exists()


def test_starting_needs_the_permission_of_the_pipeline(group, ben, ada):
    with pytest.raises(Refused, match="needs auth.change_group"):
        services.start("build", group, by=ben)

    assert services.start("build", group, by=ada).requested_by == ada


def test_watching_is_not_acting(group, ben, ada):
    operation = services.start("build", group, owner=group)

    assert services.may_act(ada, operation)
    assert not services.may_act(ben, operation)
    with pytest.raises(Refused):
        services.cancel(operation, by=ben)


def test_refuses_a_subject_of_another_model(ada):
    with pytest.raises(Refused, match="does not apply"):
        services.start("build", ada)


def test_what_has_not_begun_is_cancelled_at_once(start, ada):
    operation = services.cancel(start(), by=ada)

    assert operation.state == "cancelled"
    run(operation)
    assert operation.attempt == 0


def test_what_has_ended_cannot_be_cancelled(start, ada):
    operation = start()
    run(operation)

    with pytest.raises(Refused, match="has ended already"):
        services.cancel(operation, by=ada)


def test_resuming_clears_why_it_ended_and_the_wish_to_cancel(start, ada):
    operation = services.cancel(start(), by=ada)

    services.resume(operation, by=ada)

    assert (operation.state, operation.reason) == ("queued", "")
    assert operation.cancel_requested_at is None
    assert operation.lines.last().text == "Resumed by ada."


def test_what_succeeded_cannot_be_resumed(start):
    operation = start()
    run(operation)

    with pytest.raises(Refused, match="cannot be resumed"):
        services.resume(operation, by=None)


def test_is_not_resumed_over_a_later_change(start, tmp_path):
    failed = start(crash=True)
    run(failed)
    later = start("write")
    run(later)

    with pytest.raises(Refused, match="changed the same thing later"):
        services.resume(failed, by=None)


def test_does_not_go_on_when_another_was_quicker(start):
    """Resumed in time, but the other one took the thing before a worker came."""
    failed = start(crash=True)
    run(failed)
    services.resume(failed, by=None)
    run(start("write"))

    run(failed)

    assert failed.state == "failed"
    assert "changed the same thing later" in failed.reason


def test_is_resumed_after_another_only_looked(start):
    failed = start(crash=True)
    run(failed)
    run(start("survey"))

    assert services.resume(failed, by=None).state == "queued"


def test_is_not_resumed_beside_another_of_its_kind(start):
    failed = start(crash=True)
    run(failed)
    start()

    with pytest.raises(Refused, match="is under way"):
        services.resume(failed, by=None)


def test_tells_the_rooms_above_and_survives_what_they_raise(start, caplog):
    ended = []

    def hear(operation, **kwargs):
        ended.append(operation.state)
        raise ValueError("not my day")

    operation_finished.connect(hear)
    try:
        run(start())
    finally:
        operation_finished.disconnect(hear)

    assert ended == ["succeeded"]
    assert "not my day" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_starts_without_redis_and_says_so(start, settings, caplog, monkeypatch):
    nowhere = "/nonexistent/valkey.sock"
    monkeypatch.setitem(settings.RQ_QUEUES["operations"], "UNIX_SOCKET_PATH", nowhere)
    operation = start()

    assert queueing.enqueue(operation) is False
    assert "recorded but not enqueued" in caplog.text


def test_titles_are_stored_in_english_whatever_the_clicker_reads(group):
    with override("zh-hans"):
        operation = services.start("build", group)

    assert operation.title == "Build: sailors"


def test_one_that_waits_says_for_what_and_is_woken_by_the_end_of_the_other(start, enqueued):
    holder, waiter = start("build"), start("write")
    assert take_over(holder, what_to_do(holder)[2])
    run(waiter)

    assert waiter.state == "waiting"
    assert waiter.waiting_for == "“Build: sailors”"

    holder.move(to="failed", only_from=("running",), finished_at=timezone.now())
    claims.release(holder)
    endings.tell_the_end(holder)
    run(waiter)

    assert waiter.state == "succeeded"


def test_those_who_share_do_not_wait_for_each_other(start):
    first, second = start("look", until="x"), start("survey")
    take_over(first, what_to_do(first)[2])
    run(second)

    assert second.state == "succeeded"


def test_other_groups_are_not_in_the_way(start, group):
    first = start("wait", until="x")
    take_over(first, what_to_do(first)[2])
    other = start("build", Group.objects.create(name="bakers"))
    run(other)

    assert other.state == "succeeded"
    assert Operation.objects.get(pk=first.pk).state == "running"
