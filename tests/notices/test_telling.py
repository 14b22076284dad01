"""Each thing is told to each address once, whoever tells it and how often."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone

from notices import recipients, services
from notices.models import PAUSES, Delivery, Notice
from operations.models import Operation, Schedule
from tests.notices.runs import run

pytestmark = pytest.mark.django_db


def tell(*keys, address="ben@example.com"):
    return services.tell(address, keys, kind="test",
                         write=lambda news: (f"News: {len(news)}", "\n".join(news)))


def send():
    return run(services.send_soon())


@pytest.fixture
def refusing(monkeypatch):
    """A mail server that refuses every message; gives what it was asked to send."""
    asked = []

    def refuse(self, messages):
        asked.extend(messages)
        raise OSError("550 mailbox unavailable")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    return asked


def test_tells_once():
    first, second = tell("a", "b"), tell("b", "a")

    assert (first.subject, first.text) == ("News: 2", "a\nb")
    assert second is None
    assert Notice.objects.count() == 2


def test_a_later_mail_has_only_the_news():
    tell("a")

    assert tell("a", "b").text == "b"


def test_another_address_is_told_too():
    tell("a")

    assert tell("a", address="ada@example.com").text == "a"


@pytest.mark.django_db(transaction=True)
def test_two_that_tell_at_the_same_moment_write_one_mail():
    barrier = threading.Barrier(2, timeout=30)
    looked = services.news_for

    def both_look_before_either_writes(address, keys):
        found = looked(address, keys)
        with suppress(threading.BrokenBarrierError):  # SQLite lets one in at a time
            barrier.wait(1)
        return found

    def tell_in_a_thread():
        try:
            tell("a", "b")
        finally:
            connections.close_all()

    services.news_for = both_look_before_either_writes
    try:
        threads = [threading.Thread(target=tell_in_a_thread) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        services.news_for = looked

    assert Delivery.objects.count() == 1
    assert Notice.objects.count() == 2


def test_one_quick_operation_sends_all_that_waits():
    for number in range(30):
        tell(f"key-{number}")

    operation = send()

    assert operation.state == "succeeded"
    assert operation.queue == "quick"
    assert len(mail.outbox) == 30
    assert Operation.objects.count() == 1
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_what_was_sent_is_not_sent_again():
    tell("a")
    send()

    send()

    assert len(mail.outbox) == 1


def test_a_mail_that_another_process_sends_is_left_to_it():
    delivery = tell("a")
    assert Delivery.objects.get().claim()

    assert not delivery.claim()
    send()

    assert mail.outbox == []


def test_a_mail_whose_sender_vanished_is_sent_after_a_while():
    tell("a").claim()
    Delivery.objects.update(next_at=timezone.now() - timedelta(minutes=16))

    send()

    assert len(mail.outbox) == 1


def test_a_refusal_is_shown_and_tried_again_with_growing_pauses(refusing):
    delivery = tell("a")
    pauses = []

    for _ in range(len(PAUSES) + 1):
        send()
        delivery.refresh_from_db()
        pauses.append(delivery.next_at - timezone.now())
        Delivery.objects.filter(state="waiting").update(next_at=timezone.now())

    assert "550 mailbox unavailable" in delivery.problem
    assert delivery.state == "failed"
    assert delivery.attempts == len(PAUSES) + 1
    assert pauses[:-1] == sorted(pauses[:-1])
    assert send().state == "succeeded"  # nothing is left to try
    assert len(refusing) == len(PAUSES) + 1


def test_a_server_that_is_away_puts_everything_off(monkeypatch):
    def away(self):
        raise ConnectionRefusedError("Connection refused")

    monkeypatch.setattr("django.core.mail.backends.base.BaseEmailBackend.open", away)
    tell("a")
    tell("b", address="ada@example.com")

    operation = send()

    assert operation.state == "failed"
    assert "EMAIL_URL" in operation.advice
    assert set(Delivery.objects.values_list("state", "attempts")) == {("waiting", 1)}
    assert not services.is_anything_due()


def test_without_a_server_mails_wait_and_the_clock_starts_nothing(settings):
    settings.EMAIL_URL = ""
    tell("a")

    assert not services.is_anything_due()
    assert send().state == "succeeded"
    assert Delivery.objects.get().state == "waiting"


def test_what_waited_for_weeks_is_given_up():
    tell("a")
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=15))

    send()

    assert mail.outbox == []
    assert Delivery.objects.get().state == "failed"


def test_a_name_cannot_break_a_header():
    services.tell("ben@example.com", ["a"], kind="test",
                  write=lambda news: ("x\r\nBcc: eve@example.com", "text"))

    send()

    assert mail.outbox[0].subject == "x Bcc: eve@example.com"
    assert mail.outbox[0].recipients() == ["ben@example.com"]


def test_a_second_start_while_one_waits_is_the_same():
    tell("a")

    assert services.send_soon() == services.send_soon()
    assert Schedule.objects.count() == 1


def test_knows_the_people_of_a_team_and_those_who_hear_of_everything(team, ben, ada):
    ben_away = type(ben).objects.create_user("away", email="away@example.com", is_active=False)
    ben_away.groups.add(team)
    type(ben).objects.create_user("silent").groups.add(team)

    assert recipients.members_of([team.pk]) == {team.pk: ["ben@example.com"]}
    assert recipients.ops() == ["ada@example.com"]


def test_the_log_of_deliveries_is_to_read_only(client, ada):
    delivery = tell("a")
    client.force_login(ada)

    text = client.get(f"/admin/notices/delivery/{delivery.pk}/change/", secure=True).content

    assert b"News: 1" in text
    assert b'name="_save"' not in text
    answer = client.post(f"/admin/notices/delivery/{delivery.pk}/delete/", {"post": "yes"},
                         secure=True)
    assert answer.status_code == 403
