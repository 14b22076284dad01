"""The expiry report: who sees what, in which group, and the same in every rendering."""

import csv
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group, Permission, User
from django.db import connections
from django.utils import timezone

from certificates.calendar import calendar_parts, near
from certificates.ending import Wanted, teams_seen_by
from certificates.ending_rows import endings, rows_of
from certificates.models import Authority, CalendarKey, Certificate
from certificates.overview import Overview, limited_to
from certificates.report import report_lines
from certificates.services import register_endpoint
from tests.certificates.rows import make_authority_row, make_certificate_row

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def team(db):
    return Group.objects.create(name="team-a")


@pytest.fixture
def ben(team):
    user = User.objects.create_user("ben", email="ben@example.com")
    user.groups.add(team)
    return user


@pytest.fixture
def ada(db):
    user = User.objects.create_user("ada")
    user.user_permissions.add(Permission.objects.get(codename="view_certificate"))
    return user


def ends(number, at, **changes):
    return make_certificate_row(number, not_before=at - timedelta(days=365), not_after=at,
                                **changes)


def titles(wanted):
    return [ending.title for ending in endings(rows_of(wanted))]


@async_to_sync
async def read(parts):
    return "".join([part async for part in parts])


def groups_of(*moments):
    Certificate.objects.all().delete()
    for number, at in enumerate(moments):
        ends(number, at)
    return {name: count for name, count in Overview(Wanted(), NOON).groups.items() if count}


@pytest.mark.parametrize(("at", "group"), [
    (NOON - timedelta(days=400), "ended"),
    (NOON, "ended"),
    (NOON + timedelta(seconds=1), "7"),
    (datetime(2026, 3, 17, 23, 59, 59, tzinfo=UTC), "7"),
    (datetime(2026, 3, 18, tzinfo=UTC), "30"),
    (datetime(2026, 4, 9, 23, 59, tzinfo=UTC), "30"),
    (datetime(2026, 4, 10, tzinfo=UTC), "60"),
    (datetime(2026, 6, 8, 23, 59, tzinfo=UTC), "90"),
    (datetime(2026, 6, 9, tzinfo=UTC), "later"),
])
def test_counts_and_lists_the_same_group(at, group):
    assert groups_of(at) == {group: 1}
    assert titles(limited_to(Wanted(), group, NOON)) == ["host-0.example.com"]
    assert Overview(Wanted(), NOON).total == 1


def test_the_weeks_hold_everything_that_comes():
    groups_of(NOON - timedelta(days=1), NOON + timedelta(hours=1), NOON + timedelta(days=8),
              NOON + timedelta(days=170), NOON + timedelta(days=4000))

    overview = Overview(Wanted(), NOON)

    assert [bar.count for bar in overview.weeks][:3] == [1, 1, 0]
    assert sum(bar.count for bar in overview.weeks) == 3
    assert overview.after_the_weeks == 1


def test_lists_certificates_authorities_and_what_is_served_beside_the_books():
    now = timezone.now()
    ends(1, now + timedelta(days=3))
    make_authority_row(name="Old root", not_after=now + timedelta(days=2))
    prism = register_endpoint(address="192.0.2.9", port=9440, server_name="prism.example.com",
                              expected=None, breaks="Slipway cannot reach Prism.")
    type(prism).objects.update(served_until=now + timedelta(days=1), served_issuer="CN=prism")
    ends(2, now + timedelta(days=4), state=Certificate.State.REPLACED)

    found = list(endings(rows_of(Wanted())))

    assert [each.title for each in found] == ["prism.example.com", "Old root", "host-1.example.com"]
    assert found[0].places[0].breaks == "Slipway cannot reach Prism."
    assert [each.ours for each in found] == [False, True, False]


def test_an_endpoint_that_serves_what_is_expected_is_no_second_row():
    certificate = ends(1, timezone.now() + timedelta(days=3))
    endpoint = register_endpoint(address="a", port=443, server_name="a", expected=certificate)
    type(endpoint).objects.update(served_until=certificate.not_after, state="expected")

    found = list(endings(rows_of(Wanted())))

    assert [len(each.places) for each in found] == [1]


def test_a_team_sees_its_own_and_what_its_endpoints_serve(team, ben, ada):
    soon = timezone.now() + timedelta(days=3)
    ends(1, soon, owner=team)
    served = ends(2, soon)
    ends(3, soon)
    for port in (443, 444):
        register_endpoint(address="a", port=port, server_name="a", expected=served, owner=team)

    assert titles(Wanted(teams=teams_seen_by(ben))) == ["host-1.example.com", "host-2.example.com"]
    assert len(titles(Wanted(teams=teams_seen_by(ada)))) == 3
    assert teams_seen_by(User.objects.create_user("eve")) == ()


def test_a_stranger_and_a_person_without_team_see_nothing(client):
    ends(1, timezone.now() + timedelta(days=3))
    for name in ("", "expiry.csv", "expiry.ics", "preview/"):
        assert client.get(f"/certificates/report/{name}", secure=True).status_code == 302
    client.force_login(User.objects.create_user("eve"))

    text = client.get("/certificates/report/", secure=True).content.decode()

    assert "You are in no team yet." in text
    assert "host-1" not in text
    assert client.get("/certificates/report/preview/", secure=True).status_code == 403


def test_the_page_says_who_what_where_and_what_to_do(client, team, ben):
    certificate = ends(1, timezone.now() + timedelta(days=3, hours=1), owner=team)
    register_endpoint(address="192.0.2.7", port=443, server_name="reg.example.com",
                      expected=certificate, breaks="All pulls stop", owner=team)
    client.force_login(ben)

    text = client.get("/certificates/report/?within=7", secure=True).content.decode()

    for part in ("3 days left", "host-1.example.com", "team-a", "192.0.2.7:443", "All pulls stop",
                 "Order a new one from its issuer", "<rect"):
        assert part in text
    assert "style=" not in text
    assert "/admin/certificates" not in text


@pytest.mark.parametrize("query", [
    "within=nonsense", "owner=x", "owner=99999999999999999999", "page=0", "page=999999999",
    "what=x", "q=%00", "q=%25_%27%22<script>", "page=-1", "owner=²",
])
def test_nonsense_in_the_address_does_no_harm(client, ada, query):
    ends(1, timezone.now() + timedelta(days=3))
    client.force_login(ada)

    answer = client.get(f"/certificates/report/?{query}", secure=True)

    assert answer.status_code == 200
    assert b"<script>" not in answer.content


def test_turns_pages(client, ada):
    for number in range(60):
        ends(number, timezone.now() + timedelta(days=3, minutes=number))
    client.force_login(ada)

    first = client.get("/certificates/report/", secure=True).content.decode()
    second = client.get("/certificates/report/?page=2", secure=True).content.decode()

    assert "1 to 50 of 60" in first
    assert "51 to 60 of 60" in second
    assert "host-59.example.com" in second


def test_the_page_asks_few_questions(client, ada, team, django_assert_max_num_queries):
    for number in range(60):
        row = ends(number, timezone.now() + timedelta(days=3), owner=team)
        register_endpoint(address=f"h{number}", port=443, server_name="a", expected=row)
    client.force_login(ada)

    with django_assert_max_num_queries(12):
        client.get("/certificates/report/?q=example", secure=True)


@pytest.mark.django_db(transaction=True)
def test_the_csv_is_harmless_and_has_it_all():
    row = ends(1, timezone.now() + timedelta(days=3), common_name="=cmd|' /C calc'!A0")
    register_endpoint(address="192.0.2.7", port=443, server_name="@reg", expected=row,
                      breaks="+pulls")

    lines = read(report_lines(Wanted(), timezone.now()))

    table = list(csv.DictReader(lines.splitlines()))
    assert table[0]["name"].startswith("'=cmd")
    assert table[0]["served at"] == "'@reg (192.0.2.7:443)"
    assert table[0]["what breaks"] == "'+pulls"
    assert table[0]["days left"] == "2"


@pytest.mark.django_db(transaction=True)
def test_the_calendar_is_one_that_programs_read():
    now = timezone.now()
    name = "registry,with;signs\\and " + "ü" * 80 + "\r\nBEGIN:VEVENT"
    ends(1, now + timedelta(days=3), common_name=name)
    ends(2, now + timedelta(days=900))

    text = read(calendar_parts(near(None, now), now))

    assert text.count("\r\nBEGIN:VEVENT\r\n") == 1
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:registry\\,with\\;signs\\\\and ü" in unfolded
    assert f"DTSTART;VALUE=DATE:{now + timedelta(days=3):%Y%m%d}\r\n" in text
    assert text.endswith("END:VCALENDAR\r\n")


def with_key(username, key):
    return {"Authorization": "Basic " + b64encode(f"{username}:{key}".encode()).decode()}


@pytest.mark.django_db(transaction=True)
async def test_a_calendar_program_gets_what_its_owner_sees(async_client, ben, team):
    from asgiref.sync import sync_to_async

    soon = timezone.now() + timedelta(days=3)
    await sync_to_async(ends)(1, soon, owner=team)
    await sync_to_async(ends)(2, soon)
    key = await sync_to_async(CalendarKey.make)(ben)

    answer = await async_client.get("/certificates/calendar.ics", headers=with_key("ben", key))

    text = b"".join([part async for part in answer]).decode()
    await sync_to_async(connections.close_all)()
    assert "host-1" in text
    assert "host-2" not in text


def test_a_calendar_key_opens_only_while_it_is_the_last_and_its_owner_active(client, ben):
    old = CalendarKey.make(ben)
    key = CalendarKey.make(ben)

    def status(username, secret):
        return client.get("/certificates/calendar.ics", headers=with_key(username, secret),
                          secure=True).status_code

    assert status("ben", key) == 200
    for username, secret in (("ben", old), ("eve", key), ("ben", ""), ("", "")):
        assert status(username, secret) == 401
    assert client.get("/certificates/report/", headers=with_key("ben", key),
                      secure=True).status_code == 302
    User.objects.update(is_active=False)
    assert status("ben", key) == 401


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic ???", "Basic /w==", "Bearer x", "Basic Og=="]
)
def test_a_broken_header_is_no_key(client, ben, header):
    answer = client.get("/certificates/calendar.ics", headers={"Authorization": header},
                        secure=True)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic ")


def test_the_key_is_shown_once_and_kept_as_a_digest(client, ben):
    client.force_login(ben)

    answer = client.post("/certificates/report/calendar-key/", secure=True)

    key = answer.context["key"]
    assert key in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert key not in str(CalendarKey.objects.values())
    assert client.get("/certificates/report/calendar-key/", secure=True).status_code == 405


def test_figures_need_the_token_in_the_header(client, settings, ada):
    client.force_login(ada)
    assert client.get("/metrics", secure=True).status_code == 404
    settings.METRICS_TOKEN = "the-token"
    for path in ("/metrics", "/metrics?token=the-token"):
        assert client.get(path, secure=True).status_code == 401
    wrong = client.get("/metrics", headers={"Authorization": "Bearer ü"}, secure=True)
    assert wrong.status_code == 401


def test_figures_count_and_name_what_ends_soon(client, settings):
    settings.METRICS_TOKEN = "the-token"
    soon = ends(1, timezone.now() + timedelta(days=3))
    ends(2, timezone.now() + timedelta(days=300))
    register_endpoint(address="a", port=443, server_name="a", expected=soon)
    make_authority_row(name='quote" and\nline', not_after=timezone.now() + timedelta(days=1),
                       kind=Authority.Kind.OUTSIDE)

    answer = client.get("/metrics", headers={"Authorization": "Bearer the-token"}, secure=True)

    text = answer.content.decode()
    assert 'slipway_expiry_items{group="7"} 2.0' in text
    assert 'slipway_expiry_items{group="later"} 1.0' in text
    assert 'name="host-1.example.com"' in text
    assert "host-2" not in text
    assert 'slipway_endpoints{state="unseen"} 1.0' in text
    assert 'slipway_deliveries{state="waiting"} 0.0' in text
