"""The home of a team, its lists, its registries and what it uses."""

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from portal.models import Project, Robot, Team
from tests.deployments.rows import make_host, make_instance
from tests.portal.conftest import person

pytestmark = pytest.mark.django_db
GIB = 1024**3


def has_project(team, instance, request, **changes):
    return Project.objects.create(
        **{"team": team, "instance": instance, "request": request, "name": "web",
           "quota_mib": 2048, "state": "ready"} | changes
    )


def test_the_home_shows_what_the_team_has(at, ada, team, registry, submitted):
    has_project(team, registry, submitted, used_bytes=GIB, used_at=timezone.now())
    Robot.objects.create(
        team=team, instance=registry, request=submitted, name="ci", login="robot$web+ci",
        state="ready", expires_at=timezone.now() + timezone.timedelta(days=5),
    )

    page = at(ada).get(reverse("portal:team", args=[team.uuid])).content.decode()

    assert "1.0 GiB of 2.0 GiB, 50 %" in page
    assert page.count("robot$web+ci") > 2, "in the list and among what ends soon"
    assert "Waiting for a decision" in page
    assert "Ask for something" in page


def test_an_empty_team_is_told_how_to_begin(at, ada, team):
    page = at(ada).get(reverse("portal:team", args=[team.uuid])).content.decode()

    assert "The team has nothing yet." in page
    assert reverse("portal:ask", args=[team.uuid, "project"]) in page


def test_the_home_leads_everybody_to_their_place(at, ada, ben, dora, eve, team):
    assert at(ada).get("/portal/").url == reverse("portal:team", args=[team.uuid])
    assert at(ben).get("/portal/").url == reverse("portal:inbox")
    assert at(dora).get("/portal/").url == reverse("portal:requests")
    assert "You are in no team yet." in at(eve).get("/portal/").content.decode()
    assert at(ada).get("/").url == "/portal/"
    ada.is_staff = True
    ada.save()
    assert at(ada).get("/").url == "/admin/"


def test_who_belongs_to_two_teams_chooses(at, ada, team):
    other = Team.objects.create(group=Group.objects.create(name="cooks"), name="Cooks")
    ada.groups.add(other.group)

    page = at(ada).get("/portal/").content.decode()

    assert reverse("portal:team", args=[other.uuid]) in page


def test_navigation_shows_what_the_groups_allow(at, ada, ben, dora, submitted):
    team = at(ada).get("/portal/", follow=True).content.decode()
    ops = at(ben).get("/portal/", follow=True).content.decode()
    auditor = at(dora).get("/portal/", follow=True).content.decode()

    assert ("Sailors" in team, "Inbox" in team, "All requests<" in team) == (True, False, False)
    assert ("Inbox" in ops, "All requests" in ops) == (True, True)
    assert ("Inbox" in auditor, "All requests" in auditor) == (False, True)


def test_of_a_registry_a_team_sees_its_own_projects_only(at, ada, team, registry, submitted):
    other = Team.objects.create(group=Group.objects.create(name="cooks"), name="Cooks")
    has_project(team, registry, submitted)
    has_project(other, registry, submitted, name="soup")

    page = at(ada).get(reverse("portal:registry", args=[team.uuid, registry.uuid]))

    assert registry.registry_host in page.content.decode()
    assert "/web" in page.content.decode()
    assert "soup" not in page.content.decode()


def test_a_registry_that_is_not_offered_does_not_exist(at, ada, team, registry):
    hidden = make_instance(
        name="hidden", fqdn="hidden.example.com", state="running", cluster=None,
        host=make_host(name="other", address="192.0.2.77"),
    )

    answer = at(ada).get(reverse("portal:registry", args=[team.uuid, hidden.uuid]))

    assert answer.status_code == 404


def test_requests_are_found_by_state_and_name(at, ada, team, submitted):
    address = reverse("portal:team-requests", args=[team.uuid])
    client = at(ada)

    assert "Project web" in client.get(address, {"q": "WE", "state": "submitted"}).content.decode()
    assert "Nothing fits." in client.get(address, {"state": "rejected"}).content.decode()


def test_showback_is_a_table_that_no_spreadsheet_runs(at, ada, dora, team, registry, submitted):
    Team.objects.filter(pk=team.pk).update(cost_center="=cmd|'/C calc'!A0")
    has_project(team, registry, submitted, used_bytes=3 * 1024**2 + 1, used_at=timezone.now())

    mine = text_of(at(ada).get(reverse("portal:team-showback-csv", args=[team.uuid])))
    all_of_it = text_of(at(dora).get(reverse("portal:showback-csv")))

    assert mine == all_of_it
    assert "'=cmd|" in mine
    assert f"{registry.registry_host},web,2048,4," in mine
    page = at(dora).get(reverse("portal:showback")).content.decode()
    assert "Sailors" in page
    assert "2.0 GiB" in page


@async_to_sync
async def text_of(answer):
    return b"".join([part async for part in answer]).decode()


def test_strangers_find_no_team_and_no_request(at, eve, team, registry, submitted):
    client = at(eve)
    of_team = [
        reverse(f"portal:{name}", args=[team.uuid])
        for name in ("team", "team-requests", "team-showback", "team-showback-csv", "catalogue")
    ]
    found = [*of_team, reverse("portal:ask", args=[team.uuid, "project"]),
             reverse("portal:check-project", args=[team.uuid]),
             reverse("portal:registry", args=[team.uuid, registry.uuid]),
             reverse("portal:request", args=[submitted.uuid]),
             reverse("portal:news", args=[submitted.uuid]),
             reverse("portal:change", args=[submitted.uuid])]

    assert [client.get(address).status_code for address in found] == [404] * len(found)
    for name in ("submit", "copy", "cancel", "approve", "reject", "retry", "withdraw"):
        assert client.post(reverse(f"portal:{name}", args=[submitted.uuid])).status_code == 404
    for name in ("inbox", "requests", "showback", "showback-csv"):
        assert client.get(reverse(f"portal:{name}")).status_code == 403


def test_who_only_looks_is_offered_nothing(at, dora, team, submitted):
    page = at(dora).get(reverse("portal:team", args=[team.uuid])).content.decode()

    assert "Ask for something" not in page
    assert at(dora).get(reverse("portal:catalogue", args=[team.uuid])).status_code == 404
    shown = at(dora).get(reverse("portal:request", args=[submitted.uuid])).content.decode()
    assert "Cancel the request" not in shown
    assert "Approve" not in shown


def test_colleagues_see_and_do_not_change(at, team, submitted):
    carl = person("carl", team.group)

    page = at(carl).get(reverse("portal:request", args=[submitted.uuid])).content.decode()

    assert "Cancel the request" in page
    assert reverse("portal:change", args=[submitted.uuid]) not in page
    assert at(carl).get(reverse("portal:change", args=[submitted.uuid])).status_code == 404
