"""The request's page for those who decide, the inbox, and a secret that is shown once."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from operations.models import Operation
from portal import services
from portal.kinds import RobotWanted
from portal.models import ApprovalRule, Handover, Request
from tests.portal.conftest import a_project, person

pytestmark = pytest.mark.django_db
State = Request.State


def page_of(client, asked):
    return client.get(reverse("portal:request", args=[asked.uuid])).content.decode()


def state_of(asked):
    return Request.objects.get(pk=asked.pk).state


def test_the_approver_sees_what_exists_and_what_is_left(at, ben, submitted):
    page = page_of(at(ben), submitted)

    for said in ("Your decision", "Space of the registry", "100 GiB", "Asked for, undecided",
                 "2.0 GiB", "The team has no project there."):
        assert said in page


def test_a_yes_on_the_page_starts_the_delivery(at, ben, submitted):
    at(ben).post(reverse("portal:approve", args=[submitted.uuid]),
                 {"version": 1, "comment": "Welcome"})

    assert state_of(submitted) == State.DELIVERING
    page = page_of(at(ben), submitted)
    assert "Welcome" in page
    assert "data-operation" in page


def test_what_was_changed_meanwhile_is_not_decided(at, ada, ben, submitted, registry):
    services.change(submitted, a_project(quota_mib=9000), by=ada, instance=registry)

    answer = at(ben).post(reverse("portal:approve", args=[submitted.uuid]), {"version": 1},
                          follow=True)

    assert "was changed since you looked" in answer.content.decode()
    assert state_of(submitted) == State.SUBMITTED


def test_a_no_without_a_reason_is_not_taken(at, ben, submitted):
    address = reverse("portal:reject", args=[submitted.uuid])

    assert "Say why" in at(ben).post(address, {"version": 1}, follow=True).content.decode()
    at(ben).post(address, {"version": 1, "comment": "Use the shared one."})
    assert state_of(submitted) == State.REJECTED


def test_nobody_decides_their_own_wish_through_a_page(at, ada, ben, submitted):
    ada.groups.add(*ben.groups.all())
    ada.is_superuser = True
    ada.save()
    client = at(ada)

    assert "Your decision" not in page_of(client, submitted)
    client.post(reverse("portal:approve", args=[submitted.uuid]), {"version": 1})
    client.post(reverse("portal:inbox"), {"chosen": f"{submitted.uuid}:1", "act": "approve"})
    assert state_of(submitted) == State.SUBMITTED


def test_the_page_loads_itself_again_when_it_was_decided(at, ada, ben, submitted):
    address = reverse("portal:news", args=[submitted.uuid])
    assert "HX-Refresh" not in at(ada).get(address, {"seen": "submitted-1"})

    services.approve(submitted, by=ben, version=1)

    assert at(ada).get(address, {"seen": "submitted-1"})["HX-Refresh"] == "true"


@pytest.fixture
def three(team, registry, ada):
    return [
        services.submit(services.draft(a_project(project=name), team=team, by=ada,
                                       instance=registry), by=ada)
        for name in ("one", "two", "three")
    ]


def test_many_are_approved_at_once_and_stale_ones_are_said(at, ada, ben, three, registry):
    services.change(three[0], a_project(project="other"), by=ada, instance=registry)
    services.cancel(three[1], by=ada)
    client = at(ben)
    assert "2.0 GiB" in client.get(reverse("portal:inbox")).content.decode()

    answer = client.post(reverse("portal:inbox"), {
        "chosen": [f"{one.uuid}:1" for one in three] + ["nonsense", "7:x"], "act": "approve",
    }, follow=True)

    assert [state_of(one) for one in three] == [State.SUBMITTED, State.WITHDRAWN, State.DELIVERING]
    page = answer.content.decode()
    assert "was changed since you looked" in page
    assert "1 request decided." in page


def test_many_are_rejected_with_one_reason(at, ben, three):
    client = at(ben)
    chosen = {"chosen": [f"{one.uuid}:1" for one in three], "act": "reject"}

    assert "Say why" in client.post(reverse("portal:inbox"), chosen, follow=True).content.decode()
    client.post(reverse("portal:inbox"), chosen | {"reason": "Not this month."})

    assert {state_of(one) for one in three} == {State.REJECTED}


def test_a_named_group_has_an_inbox_as_long_as_something_waits(at, team, registry, ada):
    nemo = person("nemo")
    captains = nemo.groups.create(name="captains")
    assert at(nemo).get(reverse("portal:inbox")).status_code == 403
    ApprovalRule.objects.create(approvers=captains)

    asked = services.submit(
        services.draft(a_project(), team=team, by=ada, instance=registry), by=ada
    )

    assert "Project web" in at(nemo).get(reverse("portal:inbox")).content.decode()
    assert "Your decision" in page_of(at(nemo), asked)


@pytest.fixture
def robot(delivered):
    delivered(a_project())
    return delivered(RobotWanted(robot="ci", projects=("web",), actions=("push",)))


def test_a_secret_is_shown_once_to_the_one_who_asked(at, ada, ben, robot):
    handover = Handover.objects.get()
    address = reverse("portal:secret", args=[handover.uuid])
    secret = handover.secret
    assert secret

    assert "The secret of robot$web+ci waits for you" in page_of(at(ada), robot)
    assert at(ada).get(address).status_code == 405
    assert at(ben).post(address).status_code == 404
    shown = at(ada).post(address)

    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    again = at(ada).post(address, follow=True).content.decode()
    assert "There is nothing to be shown here any more." in again
    assert secret not in again
    assert LogEntry.objects.filter(action=LogEntry.Action.ACCESS, actor=ada).exists()


def test_what_was_delivered_says_how_to_use_it(at, ada, robot):
    page = page_of(at(ada), robot)

    assert "docker login --username &#x27;robot$web+ci&#x27;" in page
    assert "/registries/" in page, "where the authority is fetched"
    assert "Jenkins" in page


def test_only_ops_repeat_a_failed_delivery(at, ada, ben, submitted, registry):
    services.approve(submitted, by=ben, version=1)
    Request.objects.filter(pk=submitted.pk).update(state=State.FAILED, reason="Harbor was away.")

    assert "Harbor was away." in page_of(at(ada), submitted)
    assert "Repeat the delivery" not in page_of(at(ada), submitted)
    assert "Repeat the delivery" in page_of(at(ben), submitted)
    at(ada).post(reverse("portal:retry", args=[submitted.uuid]))
    assert state_of(submitted) == State.FAILED


def test_the_team_withdraws_its_robot(at, ada, robot):
    address = reverse("portal:withdraw", args=[robot.uuid])
    assert f'href="{address}"' in page_of(at(ada), robot)
    assert "Withdraw the account" in at(ada).get(address).content.decode()

    at(ada).post(address)

    assert robot.robots.get().state in ("ready", "gone")
    assert Operation.objects.filter(kind="withdraw-robot").count() == 1


def test_an_approver_follows_a_delivery_only_with_the_permission(at, submitted):
    fay = person("fay")
    fay.user_permissions.add(
        *Permission.objects.filter(codename__in=("approve_request", "view_request"))
    )
    services.approve(submitted, by=fay, version=1)

    assert "data-operation" not in page_of(at(fay), submitted)
