"""The life of a request: who may do what with it, when, and what happens then."""

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.urls import reverse

from certificates.problems import Refused as Problems
from operations.errors import Refused
from operations.models import Operation
from portal import services
from portal.models import Approval, ApprovalRule, Request
from tests.portal.conftest import a_project, person

pytestmark = pytest.mark.django_db
State = Request.State


@pytest.fixture
def submitted(team, registry, ada):
    request = services.draft(a_project(), team=team, by=ada, instance=registry)
    return services.submit(request, by=ada)


def approve(request, by):
    return services.approve(request, by=by, version=request.version)


def test_one_yes_of_ops_starts_the_delivery(submitted, ben, enqueued,
                                            django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        found = approve(submitted, ben)

    assert found.state == State.DELIVERING
    assert found.operation.kind == "deliver-project"
    assert found.operation.owner == submitted.team.group
    assert found.operation.pk in enqueued


def test_a_draft_is_nobodys_business(team, registry, ada, ben):
    request = services.draft(a_project(), team=team, by=ada, instance=registry)

    assert not services.inbox(ben).exists()
    with pytest.raises(Refused):
        approve(request, ben)


def test_a_no_needs_a_reason_and_ends_it(submitted, ben, cleo):
    with pytest.raises(Refused, match="Say why"):
        services.reject(submitted, by=ben, version=1, reason=" ")

    found = services.reject(submitted, by=ben, version=1, reason="Use the shared one.")

    assert (found.state, found.reason) == (State.REJECTED, "Use the shared one.")
    with pytest.raises(Refused, match="decided already"):
        approve(submitted, cleo)


def test_the_record_says_who_did_what_before_and_after(submitted, ada, ben):
    services.change(
        submitted, a_project(quota_mib=9), by=ada, instance=submitted.instance
    )
    approve(submitted, ben)

    entries = LogEntry.objects.get_for_object(submitted).order_by("pk")
    told = [(entry.actor, entry.changes_dict) for entry in entries if entry.actor]
    assert [actor for actor, _ in told] == [ada, ada, ben]
    assert told[0][1] == {"state": ["draft", "submitted"]}
    assert "2048" in told[1][1]["data"][0]
    assert "'quota_mib': 9" in told[1][1]["data"][1]
    assert told[2][1] == {"state": ["submitted", "approved"]}


def test_two_people_means_two(team, registry, ada, ben, cleo):
    ApprovalRule.objects.create(people=2)
    request = services.draft(a_project(), team=team, by=ada, instance=registry)
    services.submit(request, by=ada)

    assert approve(request, ben).state == State.SUBMITTED
    with pytest.raises(Refused):
        approve(request, ben)
    assert approve(request, cleo).state == State.DELIVERING


def test_automatic_means_at_once(team, registry, ada):
    ApprovalRule.objects.create(people=0, kind="project")
    request = services.draft(a_project(), team=team, by=ada, instance=registry)

    assert services.submit(request, by=ada).state == State.DELIVERING
    assert Operation.objects.get().kind == "deliver-project"


def test_who_writes_an_automatic_rule_does_not_profit_from_it(team, registry, ada, client):
    ada.is_staff = ada.is_superuser = True
    ada.save()
    client.force_login(ada)
    answer = client.post(reverse("admin:portal_approvalrule_add"), {
        "position": 1, "kind": "project", "people": 0, "days": 7,
    })
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    own = services.draft(a_project(), team=team, by=ada, instance=registry)
    colleague = person("carl", team.group)
    other = services.draft(a_project(project="x"), team=team, by=colleague, instance=registry)

    assert services.submit(own, by=ada).state == State.SUBMITTED
    assert services.submit(other, by=colleague).state == State.DELIVERING


def test_the_first_fitting_rule_counts(team, registry, ada):
    ApprovalRule.objects.create(position=10, kind="project", larger_than=100, people=2)
    ApprovalRule.objects.create(position=20, kind="robot", people=0)
    ApprovalRule.objects.create(position=30, kind="project", people=0)
    place = services.place_of(services.draft(a_project(), team=team, by=ada, instance=registry))

    small = services.deciders_of(a_project(quota_mib=100 * 1024), place)
    large = services.deciders_of(a_project(quota_mib=100 * 1024 + 1), place)

    assert (small.people, large.people) == (0, 2)


def test_never_the_requester_as_ops_or_superuser_or_by_the_database(submitted, ada, ben):
    ada.groups.add(*ben.groups.all())
    ada.is_superuser = True
    ada.save()
    ada = type(ada).objects.get(pk=ada.pk)

    assert ada.has_perm("portal.approve_request")
    assert submitted not in services.inbox(ada)
    with pytest.raises(Refused, match="may not decide"):
        approve(submitted, ada)
    with pytest.raises(Refused, match="may not decide"):
        services.reject(submitted, by=ada, version=1, reason="no")
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(request=submitted, version=1, by=ada)
    submitted.refresh_from_db()
    assert submitted.state == State.SUBMITTED


def test_only_the_named_group_decides(team, registry, ada, ben):
    captains = person("nemo").groups.create(name="captains")
    ApprovalRule.objects.create(approvers=captains)
    request = services.draft(a_project(), team=team, by=ada, instance=registry)
    services.submit(request, by=ada)
    nemo = captains.user_set.get()

    assert not services.inbox(ben).exists()
    with pytest.raises(Refused):
        approve(request, ben)
    assert list(services.inbox(nemo)) == [request]
    assert approve(request, nemo).state == State.DELIVERING


def test_a_change_before_the_decision_voids_approvals(team, registry, ada, ben, cleo):
    ApprovalRule.objects.create(people=2)
    request = services.draft(a_project(), team=team, by=ada, instance=registry)
    services.submit(request, by=ada)
    approve(request, ben)

    services.change(request, a_project(quota_mib=4096), by=ada, instance=registry)

    assert request.state == State.SUBMITTED
    with pytest.raises(Refused, match="changed since you looked"):
        services.approve(request, by=cleo, version=1)
    assert approve(request, cleo).state == State.SUBMITTED
    assert approve(request, ben).state == State.DELIVERING


def test_strangers_and_colleagues_change_nothing(submitted, eve, team, ben):
    colleague = person("carl", team.group)

    for someone in (eve, colleague, ben):
        with pytest.raises(Refused):
            services.change(submitted, a_project(project="x"), by=someone)
    with pytest.raises(Refused):
        services.cancel(submitted, by=eve)
    with pytest.raises(Refused):
        services.copy(submitted, by=eve)
    assert not Request.objects.visible_to(eve).exists()
    assert services.cancel(submitted, by=colleague).state == State.WITHDRAWN


def test_a_copy_is_a_draft_of_the_one_who_copies(submitted, team):
    colleague = person("carl", team.group)

    copied = services.copy(submitted, by=colleague)

    assert (copied.state, copied.requester) == (State.DRAFT, colleague)
    assert copied.data == submitted.data


def test_a_wrong_wish_names_all_its_problems(team, registry, ada):
    wanted = a_project(project="Web", quota_mib=0, members=({"name": "a b", "role": "king"},))
    request = services.draft(wanted, team=team, by=ada, instance=registry)

    with pytest.raises(Problems) as caught:
        services.submit(request, by=ada)

    assert {problem.part for problem in caught.value.problems} == {
        "project", "quota_mib", "members",
    }
    assert len(caught.value.problems) == 4


def test_many_are_decided_each_on_its_own(team, registry, ada, ben):
    found = []
    for name in ("one", "two", "three"):
        request = services.draft(a_project(project=name), team=team, by=ada, instance=registry)
        found.append(services.submit(request, by=ada))
    services.cancel(found[1], by=ada)

    outcomes = services.decide_many([(one, 1) for one in found], by=ben)

    assert [bool(one.refusal) for one in outcomes] == [False, True, False]
