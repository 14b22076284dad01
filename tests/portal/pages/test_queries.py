"""No page of the portal asks the database more than twelve times, however much there is."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal import services
from portal.models import ApprovalRule, Handover, Project, Request, Robot
from tests.portal.conftest import a_project

pytestmark = pytest.mark.django_db
MOST = 12


@pytest.fixture
def busy(team, registry, ada, ben):
    """A team that has much, with something in every state."""
    ApprovalRule.objects.create(people=2)
    for number in range(20):
        request = services.draft(
            a_project(project=f"web-{number}"), team=team, by=ada, instance=registry
        )
        given = {"team": team, "instance": registry, "request": request, "state": "ready"}
        if number < 10:
            services.submit(request, by=ada)
            continue
        project = Project.objects.create(name=f"web-{number}", quota_mib=2048, **given)
        robot = Robot.objects.create(name=f"ci-{number}", login=f"robot$web-{number}+ci",
                                     expires_at=timezone.now(), **given)
        robot.projects.add(project)
        Request.objects.filter(pk=request.pk).update(state="delivered")
        Handover.objects.create(request=request, to=ada, robot=robot, is_ready=True,
                                wipe_at=timezone.now())
    services.approve(Request.objects.filter(state="submitted").first(), by=ben, version=1)
    return team


def addresses(team, registry):
    project = Project.objects.first()
    of = [team.uuid]
    asked = Request.objects.filter(state="submitted").last()
    draft = services.copy(asked, by=asked.requester)
    yield from (reverse(f"portal:{name}", args=of) for name in (
        "team", "team-requests", "team-showback", "catalogue"))
    yield from (reverse("portal:ask", args=[*of, kind]) for kind in (
        "project", "quota", "membership", "robot", "certificate", "registry"))
    yield from (reverse("portal:ask", args=[*of, kind]) + f"?on={project.uuid}" for kind in (
        "quota", "membership", "robot"))
    yield reverse("portal:registry", args=[*of, registry.uuid])
    yield from (reverse("portal:request", args=[one.uuid]) for one in (
        asked, draft, project.request))
    yield from (reverse(f"portal:{name}", args=[asked.uuid]) for name in ("change", "news"))


def test_pages_of_a_team(at, ada, busy, registry, django_assert_max_num_queries):
    client = at(ada)
    for address in addresses(busy, registry):
        with django_assert_max_num_queries(MOST, info=address):
            assert client.get(address).status_code in (200, 204, 302), address


def test_pages_of_those_who_decide(at, cleo, busy, django_assert_max_num_queries):
    client = at(cleo)
    asked = Request.objects.filter(state="submitted").last()
    pages = [reverse(f"portal:{name}") for name in ("inbox", "requests", "showback")]
    for address in [*pages, reverse("portal:request", args=[asked.uuid]),
                    reverse("portal:team", args=[busy.uuid])]:
        with django_assert_max_num_queries(MOST, info=address):
            assert client.get(address).status_code == 200


def test_a_running_delivery(at, ada, ben, cleo, busy, django_assert_max_num_queries):
    asked = Request.objects.filter(state="submitted").first()
    services.approve(asked, by=cleo, version=1)

    for person in (ada, ben):
        client = at(person)
        with django_assert_max_num_queries(MOST):
            page = client.get(reverse("portal:request", args=[asked.uuid]))
        assert "data-operation" in page.content.decode()
