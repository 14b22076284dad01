"""Every page of the portal with 20,000 requests of 2,000 teams, as a requester and as ops."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, repeat

from auditlog.context import disable_auditlog
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.pages import Measured, measure, tell
from benchmarks.rows import fill
from certificates.services import ensure_console_authority, issue
from deployments.models import HarborInstance, Release
from hosts.models import DockerHost
from lib.memory import settle
from nutanix.models import Cluster, Prism
from portal.models import Approval, Handover, Offer, Project, Request, Robot, Team
from portal.roles import OPS

TEAMS, REQUESTS, REGISTRIES, PROJECTS = 2_000, 20_000, 20, 10_000
# As many as may be undecided on a bad day; the others have been delivered or have ended.
UNDECIDED = 500
# One team has asked for much more than the others.
OF_THE_BUSY_TEAM = 1_000


def main(*, quick: bool) -> int:
    times = 5 if quick else 40
    with disable_auditlog():
        team = fill_all(10 if quick else 1)
        requester, ops = _person("requester", team.group), _person("ops", Group.objects.get(
            name=OPS))
        _own_something(team, requester)
    settle()  # as the web process does
    return tell([*_as_requester(requester, team, times), *_as_ops(ops, times)])


def fill_all(part: int) -> Team:
    """Rows in all tables of the portal; the busy team."""
    fill(User, 200, is_active=True, password="!")  # noqa: S106  (nobody can log in)
    Team.objects.bulk_create(
        Team(name=f"Team {number:05}", cost_center=f"{number}", group=group)
        for number, group in enumerate(_groups(TEAMS // part))
    )
    fill(Prism, 1)
    fill(Cluster, 1)
    certificate = issue(
        ensure_console_authority(), common_name="bench.example.com", names=["bench.example.com"]
    )
    fill(DockerHost, REGISTRIES, requests={})
    fill(Release, 1, source="archive")
    fill(HarborInstance, REGISTRIES, host=iter(DockerHost.objects.all()), takes_over=None,
         state="running", owner=None, certificate=repeat(certificate))
    Offer.objects.bulk_create(Offer(instance=one) for one in HarborInstance.objects.all())
    _fill_requests(REQUESTS // part)
    _fill_given(PROJECTS // part)
    return Team.objects.first()


def _groups(amount: int) -> list[Group]:
    return Group.objects.bulk_create(Group(name=f"team-{number:05}") for number in range(amount))


def _fill_requests(amount: int) -> None:
    teams, registries = list(Team.objects.all()), cycle(HarborInstance.objects.all())
    people, now = cycle(User.objects.all()[:200]), timezone.now()
    busy = OF_THE_BUSY_TEAM * amount // REQUESTS
    Request.objects.bulk_create((
        Request(
            kind="project", team=teams[0] if n < busy else teams[n % len(teams)],
            requester=next(people), instance=next(registries), name=f"project-{n}", size=10,
            data={"project": f"project-{n}", "quota_mib": 10240, "is_public": False,
                  "members": [{"name": "ada", "role": "developer", "email": ""}]},
            state="submitted" if n % (amount // UNDECIDED or 1) == 0 else "delivered",
            submitted_at=now, decide_by=now + timedelta(hours=n % 160 + 1),
        ) for n in range(amount)
    ), batch_size=1000)


def _fill_given(amount: int) -> None:
    requests, now = _delivered(), timezone.now()
    Project.objects.bulk_create((
        Project(team_id=one.team_id, instance_id=one.instance_id, request=one, name=one.name,
                quota_mib=10240, state="ready", used_bytes=n % 100 * 10**8, used_at=now)
        for n, one in zip(range(amount), requests, strict=False)
    ), batch_size=1000)
    Robot.objects.bulk_create((
        Robot(team_id=one.team_id, instance_id=one.instance_id, request=one, state="ready",
              name=f"ci-{n}", login=f"robot$project-{n}+ci",
              expires_at=now + timedelta(days=n % 90))
        for n, one in zip(range(amount), requests, strict=False)
    ), batch_size=1000)
    by = User.objects.order_by("-pk").first()
    Approval.objects.bulk_create((
        Approval(request=one, version=1, by=by, requester_id=one.requester_id)
        for one in Request.objects.exclude(requester=by)
    ), batch_size=1000)


def _delivered() -> Iterator[Request]:
    return Request.objects.filter(state="delivered").order_by("pk").iterator()


def _person(name: str, group: Group) -> User:
    person = User.objects.create(username=name)
    person.groups.add(group)
    return person


def _own_something(team: Team, person: User) -> None:
    """News and secrets for the requester's home."""
    mine = Request.objects.filter(team=team)
    mine.filter(state="submitted").update(requester=person)
    ended = list(mine.filter(state="delivered")[:10].values_list("pk", flat=True))
    mine.filter(pk__in=ended).update(requester=person, state="expiring")
    Handover.objects.bulk_create(
        Handover(request_id=pk, to=person, login=f"login-{pk}", is_ready=True, secret="kept",  # noqa: S106
                 wipe_at=timezone.now() + timedelta(days=7)) for pk in ended
    )


def _as_requester(person: User, team: Team, times: int) -> list[Measured]:
    client, of = _signed_in(person), [team.uuid]
    project = Project.objects.filter(team=team).first()
    submitted = Request.objects.filter(team=team, state="submitted").first()
    delivered = Request.objects.filter(team=team, state="expiring").first()
    rows = Request.objects.count()
    pages = {
        "team": reverse("portal:team", args=of),
        "requests of a team": reverse("portal:team-requests", args=of),
        "requests of a team: search": reverse("portal:team-requests", args=of) + "?q=77",
        "catalogue": reverse("portal:catalogue", args=of),
        "ask for a project": reverse("portal:ask", args=[*of, "project"]),
        "ask for a robot": reverse("portal:ask", args=[*of, "robot"]) + f"?on={project.uuid}",
        "ask for a certificate": reverse("portal:ask", args=[*of, "certificate"]),
        "ask for a registry": reverse("portal:ask", args=[*of, "registry"]),
        "change a request": reverse("portal:change", args=[submitted.uuid]),
        "request, undecided": reverse("portal:request", args=[submitted.uuid]),
        "request, delivered": reverse("portal:request", args=[delivered.uuid]),
        "registry": reverse("portal:registry", args=[*of, project.instance.uuid]),
        "showback of a team": reverse("portal:team-showback", args=of),
    }
    return [measure(client, name, rows, page, times) for name, page in pages.items()]


def _as_ops(person: User, times: int) -> list[Measured]:
    client, rows = _signed_in(person), Request.objects.count()
    submitted = Request.objects.filter(state="submitted").last()
    pages = {
        "inbox": reverse("portal:inbox"),
        "inbox: last": reverse("portal:inbox") + "?page=last",
        "request to decide": reverse("portal:request", args=[submitted.uuid]),
        "all requests": reverse("portal:requests"),
        "all requests: last": reverse("portal:requests") + "?page=last",
        "all requests: search": reverse("portal:requests") + "?q=77",
        "all requests: by state": reverse("portal:requests") + "?state=submitted",
        "a team, seen by ops": reverse("portal:team", args=[submitted.team.uuid]),
        "showback": reverse("portal:showback"),
        "showback: last": reverse("portal:showback") + "?page=last",
    }
    return [measure(client, name, rows, page, times) for name, page in pages.items()]


def _signed_in(person: User) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client
