"""Owners and ops are told what ends: each stage once, in one mail a day."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core import mail
from django.utils import timezone

from certificates.models import Certificate
from certificates.services import register_endpoint
from certificates.stages import stage_of
from notices import services as notices
from notices.models import Delivery, Notice
from operations import services as operations
from operations.models import Operation, Schedule, ScheduleSlot
from operations.reconciler import Reconciler
from operations.schedules import ensure_schedule, ensure_schedules
from tests.certificates.rows import make_authority_row, make_certificate_row
from tests.notices.runs import run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail_server(settings):
    settings.EMAIL_URL = "memorymail://"
    settings.CONSOLE_URL = "https://console.example.com"


@pytest.fixture
def team(db):
    return Group.objects.create(name="team-a")


@pytest.fixture(autouse=True)
def ben(team):
    """He is in the team that owns things."""
    user = User.objects.create_user("ben", email="ben@example.com")
    user.groups.add(team)
    return user


@pytest.fixture
def ada(db):
    """She hears of everything."""
    user = User.objects.create_user("ada", email="ada@example.com")
    user.user_permissions.add(*Permission.objects.filter(
        codename__in=["receive_notices", "view_delivery", "view_certificate"]
    ))
    return user


def ends_in(days, number=1, life=365, **changes):
    until = timezone.now() + timedelta(days=days)
    return make_certificate_row(number, not_before=until - timedelta(days=life), not_after=until,
                                **changes)


def tell():
    schedule = ensure_schedule("tell-expiry", kind="tell-expiry", every_minutes=1440)
    return run(operations.start("tell-expiry", schedule))


def send():
    run(notices.send_soon())
    sent, mail.outbox = mail.outbox, []
    return sent


@pytest.mark.parametrize(("life", "left", "stage"), [
    (365, 31, ""), (365, 30, "30"), (365, 15, "30"), (365, 14, "14"), (365, 7, "7"),
    (365, 3, "3"), (365, 1, "1"), (365, 0, "ended"), (365, -3, "ended"),
    # Short lives: a part of the life comes later than the days.
    (47, 30, ""), (47, 16, ""), (47, 15, "30"), (47, 9, "14"), (47, 4, "7"), (47, 2, "3"),
    (2, 1.9, ""), (2, 0.6, "30"), (2, 0.01, "1"),
    # A root lives for decades: it is told at the days.
    (3650, 200, ""), (3650, 29, "30"),
])
def test_stages_are_days_and_never_more_than_a_part_of_the_life(life, left, stage):
    now = timezone.now()
    until = now + timedelta(days=left)

    assert stage_of(until - timedelta(days=life), until, now) == stage


def test_what_has_no_known_begin_goes_by_days():
    now = timezone.now()

    assert stage_of(None, now + timedelta(days=13), now) == "14"


def test_owners_hear_of_theirs_and_ops_of_everything(team, ada):
    certificate = ends_in(13, owner=team)
    register_endpoint(address="192.0.2.7", port=443, server_name="reg.example.com",
                      expected=certificate, breaks="Nobody can push.")
    ends_in(5, number=2)

    tell()

    sent = {message.to[0]: message for message in send()}
    assert set(sent) == {"ben@example.com", "ada@example.com"}
    assert sent["ben@example.com"].subject.startswith("host-1.example.com ends on ")
    assert sent["ada@example.com"].subject == "2 certificates end soon"
    text = sent["ben@example.com"].body
    for part in ("host-1.example.com", "reg.example.com (192.0.2.7:443)", "Nobody can push.",
                 "What to do:", "https://console.example.com/certificates/report/"):
        assert part in text
    assert "host-2" not in text


def test_an_owner_of_an_endpoint_hears_of_what_is_served_there(team):
    certificate = ends_in(13)
    register_endpoint(address="a", port=443, server_name="a", expected=certificate, owner=team)

    tell()

    assert [message.to for message in send()] == [["ben@example.com"]]


def test_each_stage_is_told_once(team):
    certificate = ends_in(13, owner=team)
    tell()
    tell()
    assert len(send()) == 1

    Certificate.objects.update(not_after=certificate.not_after - timedelta(days=7),
                               not_before=certificate.not_before - timedelta(days=7))
    tell()

    assert len(send()) == 1


def test_a_renewed_one_is_told_again_at_its_own_end(team):
    ends_in(13, owner=team)
    tell()
    Certificate.objects.update(not_after=timezone.now() + timedelta(days=10))

    tell()

    assert len(send()) == 2


def test_an_old_inventory_makes_no_noise(team):
    ends_in(-8, owner=team)
    ends_in(2, number=2, owner=team, state=Certificate.State.REPLACED)

    tell()

    assert send() == []


def test_a_flood_is_one_mail_that_can_be_read(team):
    for number in range(80):
        ends_in(5, number=number, owner=team)

    tell()

    (message,) = send()
    assert message.subject == "80 certificates end soon"
    assert "30 more are in the report." in message.body
    assert Notice.objects.count() == 80


def test_authorities_end_too(ada):
    now = timezone.now()
    make_authority_row(name="Old root", not_before=now - timedelta(days=3650),
                       not_after=now + timedelta(days=20))

    tell()

    assert "clients trust both" in send()[0].body


def test_names_cannot_write_the_mail(team):
    ends_in(5, owner=team, common_name="x\r\nBcc: eve@example.com <b>")

    tell()

    (message,) = send()
    assert "\n" not in message.subject
    assert message.recipients() == ["ben@example.com"]
    assert "<b>" in message.body  # plain text: nothing is escaped, nothing is markup


def test_the_mail_speaks_the_language_that_is_set(team, settings):
    settings.MAIL_LANGUAGE = "zh-hans"
    ends_in(5, owner=team)

    assert tell().state == "succeeded"
    assert len(send()) == 1


def _run_what_is_queued():
    for operation in Operation.objects.filter(state="queued").order_by("pk"):
        run(operation)


def test_two_days_without_a_scheduler_make_one_run_and_one_mail(team):
    """Two schedulers come back at once, too."""
    ensure_schedules()
    two_days_ago = timezone.now() - timedelta(days=2, minutes=5)
    Schedule.objects.filter(slug="tell-expiry").update(next_at=two_days_ago)
    Schedule.objects.exclude(slug="tell-expiry").update(enabled=False)
    ends_in(13, owner=team)

    for reconciler in (Reconciler(), Reconciler()):
        reconciler.look()
    _run_what_is_queued()
    for reconciler in (Reconciler(), Reconciler()):
        reconciler.look()
    _run_what_is_queued()

    assert Operation.objects.filter(kind="tell-expiry").count() == 1
    assert ScheduleSlot.objects.count() == 1
    assert Delivery.objects.count() == 1
    assert len(send()) == 1


def test_the_preview_shows_what_would_be_written_and_writes_nothing(client, team, ada):
    ends_in(13, owner=team)
    client.force_login(ada)

    text = client.get("/certificates/report/preview/", secure=True).content.decode()

    assert "ben@example.com" in text
    assert "host-1.example.com ends on" in text
    assert not Delivery.objects.exists()
    tell()
    text = client.get("/certificates/report/preview/", secure=True).content.decode()
    assert "There is no news." in text
