"""Many at the same moment, over connections of their own: the database decides once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connections

from operations.errors import Refused
from operations.models import Operation
from portal import services
from portal.models import Approval, ApprovalRule, Handover, Request
from portal.roles import OPS
from tests.portal.conftest import a_project, person, role

pytestmark = pytest.mark.django_db(transaction=True)
State = Request.State


def at_once(*works):
    """Call each at the same moment; what they answer, or how they were refused."""
    gate = Barrier(len(works))

    def run(work):
        try:
            gate.wait()
            return work()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


@pytest.fixture
def request_of_ada(team, registry, ada):
    request = services.draft(a_project(), team=team, by=ada, instance=registry)
    return services.submit(request, by=ada)


@pytest.fixture
def four(db):
    return [person(name, role(OPS)) for name in ("ben", "cleo", "dirk", "ella")]


def yes(request, by):
    return lambda: services.approve(
        Request.objects.get(pk=request.pk), by=User.objects.get(pk=by.pk), version=1
    )


def no(request, by):
    return lambda: services.reject(
        Request.objects.get(pk=request.pk), by=User.objects.get(pk=by.pk), version=1, reason="no"
    )


def test_four_approvers_at_once_give_one_decision_and_one_delivery(request_of_ada, four):
    answers = at_once(*(yes(request_of_ada, one) for one in four))

    assert sum(isinstance(answer, Request) for answer in answers) == 1
    assert Approval.objects.count() == 1
    assert Operation.objects.filter(kind="deliver-project").count() == 1
    request_of_ada.refresh_from_db()
    assert request_of_ada.state == State.DELIVERING


def test_yes_and_no_at_once_give_one_of_them(request_of_ada, four):
    answers = at_once(*(act(request_of_ada, one) for act, one in zip(
        (yes, no, yes, no), four, strict=True)))

    taken = [answer for answer in answers if isinstance(answer, Request)]
    assert len(taken) == 1
    request_of_ada.refresh_from_db()
    assert request_of_ada.state == taken[0].state in (State.DELIVERING, State.REJECTED)
    delivered = Operation.objects.filter(kind="deliver-project").count()
    assert delivered == (request_of_ada.state == State.DELIVERING)


def test_of_four_at_once_two_are_needed_and_two_count(team, registry, ada, four):
    ApprovalRule.objects.create(people=2)
    request = services.draft(a_project(), team=team, by=ada, instance=registry)
    services.submit(request, by=ada)

    answers = at_once(*(yes(request, one) for one in four))

    assert sum(isinstance(answer, Request) for answer in answers) == 2
    assert Approval.objects.count() == 2
    assert Operation.objects.filter(kind="deliver-project").count() == 1


def test_a_change_and_a_yes_at_once_never_deliver_what_nobody_saw(request_of_ada, four, registry):
    def change():
        request = Request.objects.select_related("team").get(pk=request_of_ada.pk)
        return services.change(
            request, a_project(quota_mib=9999), by=request.requester, instance=registry
        )

    at_once(change, yes(request_of_ada, four[0]))

    request_of_ada.refresh_from_db()
    changed = request_of_ada.data["quota_mib"] == 9999
    assert request_of_ada.state == (State.SUBMITTED if changed else State.DELIVERING)


def test_a_secret_asked_for_twice_at_once_is_seen_once(request_of_ada, ada):
    request_of_ada.move(to=State.DELIVERED, only_from=(State.SUBMITTED,))
    kept = Handover.objects.create(
        request=request_of_ada, to=ada, secret="Abcdefgh1234", is_ready=True,
        wipe_at=request_of_ada.decide_by, login="carl",
    )

    def look():
        return services.hand_over(
            Handover.objects.get(pk=kept.pk), by=User.objects.get(pk=ada.pk)
        )

    answers = at_once(look, look, look)

    assert [answer for answer in answers if isinstance(answer, str)] == ["Abcdefgh1234"]
