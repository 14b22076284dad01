"""A portal in the middle of its life: a team with much, others, and requests in every state."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from certificates.services import ensure_console_authority, issue
from deployments.models import HarborInstance
from hosts.models import DockerHost
from operations.models import StepRun
from portal import services
from portal.delivering import WITHDRAW_ROBOT
from portal.kinds import CertificateWanted, Member, ProjectWanted, QuotaWanted, RobotWanted, Wanted
from portal.models import Approval, Handover, Offer, Project, Request, Robot, Team
from portal.pipelines import DELIVER_ROBOT
from portal.roles import OPS
from tests.browser import rows
from tests.deployments.rows import make_instance, make_release

GIB = 1024**3
COMPONENTS = ("core", "database", "jobservice", "portal", "redis", "registry", "registryctl")


@dataclass
class Portal:
    """Who is there, and the pages of it all by name."""

    team: Team
    requester: User
    approver: User
    registry: HarborInstance
    project: Project
    requests: dict[str, Request]

    def of_the_requester(self) -> dict[str, str]:
        team, asked = self.team.uuid, self.requests
        on = f"?on={self.project.uuid}"
        kinds = ("project", "quota", "membership", "robot", "certificate", "registry")
        return {
            "team": reverse("portal:team", args=[team]),
            "requests": reverse("portal:team-requests", args=[team]),
            "catalogue": reverse("portal:catalogue", args=[team]),
            "choose": reverse("portal:ask", args=[team, "quota"]),
            "registry": reverse("portal:registry", args=[team, self.registry.uuid]),
            "team-showback": reverse("portal:team-showback", args=[team]),
            **{f"ask-{kind}": reverse("portal:ask", args=[team, kind]) + on for kind in kinds},
            **{f"request-{state}": reverse("portal:request", args=[one.uuid])
               for state, one in asked.items()},
            **{f"withdraw-{kind}": reverse("portal:withdraw", args=[asked[kind].uuid])
               for kind in ("delivered", "certificate")},
        }

    def of_the_approver(self) -> dict[str, str]:
        return {
            "inbox": reverse("portal:inbox"), "all-requests": reverse("portal:requests"),
            "showback": reverse("portal:showback"),
            "decide": reverse("portal:request", args=[self.requests["submitted"].uuid]),
        }


def make_portal() -> Portal:
    registry = _registry()
    team = Team.objects.create(name="Web shop", cost_center="CC-4711",
                               group=Group.objects.create(name="team-web-shop"))
    requester, approver = _person("ada", team.group), _person("ben", Group.objects.get(name=OPS))
    Offer.objects.create(instance=registry)
    projects = [
        _project(team, requester, registry, name, quota, used)
        for name, quota, used in (("web", 50, 41), ("tools", 10, 2), ("legacy", 20, 20))
    ]
    portal = Portal(team=team, requester=requester, approver=approver, registry=registry,
                    project=projects[0], requests={})
    _ask_for_much(portal)
    _others(registry)
    return portal


def _registry() -> HarborInstance:
    now, name = timezone.now(), "registry.example.com"
    certificate = issue(ensure_console_authority(), common_name=name, names=[name], days=365)
    return make_instance(
        release=make_release(), state="running", certificate=certificate, cluster=None, fqdn=name,
        registry_gib=1000,
        host=DockerHost.objects.create(name="reg-01", address="", state="ready"),
        deployed_at=now, tested_at=now, health={"components": dict.fromkeys(COMPONENTS, "")},
    )


def _person(name: str, group: Group) -> User:
    person = User.objects.create_user(name, email=f"{name}@example.com", password="a long secret")
    person.groups.add(group)
    return person


def _delivered(team: Team, by: User, wanted: Wanted, registry: HarborInstance, **more) -> Request:
    made = services.draft(wanted, team=team, by=by, instance=registry)
    Request.objects.filter(pk=made.pk).update(
        state="delivered", delivered_at=timezone.now(),
        changed_at=timezone.now() - timedelta(days=20), **more
    )
    return made


def _project(team: Team, by: User, registry: HarborInstance, name: str, quota: int, used: int,
             ) -> Project:
    request = _delivered(team, by, ProjectWanted(project=name, quota_mib=quota * 1024), registry)
    return Project.objects.create(
        team=team, instance=registry, request=request, name=name, quota_mib=quota * 1024,
        state="ready", used_bytes=used * GIB, used_at=timezone.now(),
        members={"ada": "admin", "carl": "developer", "dora": "guest"},
    )


def _ask_for_much(portal: Portal) -> None:
    def ask(wanted: Wanted, note: str = "") -> Request:
        return services.draft(wanted, team=portal.team, by=portal.requester, note=note,
                              instance=portal.registry)

    people = (Member(name="carl", role="developer"), Member(name="dora", role="guest"))
    found = portal.requests
    found["draft"] = ask(ProjectWanted(project="mobile", quota_mib=10240, members=people))
    found["submitted"] = services.submit(
        ask(QuotaWanted(project="legacy", quota_mib=40960, was_mib=20480),
            note="The nightly builds fill it up."), by=portal.requester)
    found["rejected"] = services.submit(
        ask(ProjectWanted(project="scratch", quota_mib=512000)), by=portal.requester)
    services.reject(found["rejected"], by=portal.approver, version=1,
                    reason="500 GiB are more than this registry has. Ask for 50 and grow.")
    found["delivering"] = _delivering(portal, ask(
        RobotWanted(robot="deploy", projects=("web",), actions=("pull",))))
    found["delivered"] = _robot(portal, "ci")
    found["leaving"] = _leaving(portal)
    found["certificate"] = _certificate(portal)
    for one in found.values():
        one.refresh_from_db()


def _delivering(portal: Portal, request: Request) -> Request:
    operation = rows.make_operation(
        kind="deliver-robot", title="Deliver a robot account", subject_name="deploy",
        content_type=ContentType.objects.get_for_model(Request), object_id=str(request.pk),
        owner=portal.team.group,
    )
    operation.steps.all().delete()
    for position, step in enumerate(DELIVER_ROBOT.steps):
        StepRun.objects.create(
            operation=operation, position=position, slug=step.slug, title=str(step.title),
            state=("done", "done", "running")[position] if position < 3 else "pending",
            started_at=timezone.now() if position < 3 else None,
            finished_at=timezone.now() if position < 2 else None,
        )
    rows.say(operation, "registry.example.com answers: Harbor v2.15.2", step="check-delivery")
    rows.say(operation, "A secret is kept, encrypted, before the account is made",
             step="keep-secret")
    Approval.objects.create(request=request, version=1, by=portal.approver, comment="Fine.")
    Request.objects.filter(pk=request.pk).update(state="delivering", operation=operation)
    return request


def _leaving(portal: Portal) -> Request:
    """Its account was withdrawn, and the registry did not answer."""
    request = _robot(portal, "old")
    robot = request.robots.get()
    rows.make_operation(
        kind=WITHDRAW_ROBOT, title="Remove a robot account", subject_name=robot.login,
        content_type=ContentType.objects.get_for_model(Robot), object_id=str(robot.pk),
        owner=portal.team.group, state="failed",
        reason="Harbor on registry.example.com does not answer.",
    )
    return request


def _robot(portal: Portal, name: str) -> Request:
    ends = timezone.now() + timedelta(days=9)
    wanted = RobotWanted(robot=name, projects=("web",), actions=("push",))
    request = _delivered(portal.team, portal.requester, wanted, portal.registry, expires_at=ends)
    robot = Robot.objects.create(
        team=portal.team, instance=portal.registry, request=request, name=name, state="ready",
        login=f"robot$web+{name}", actions=["push"], expires_at=ends,
    )
    robot.projects.add(portal.project)
    Handover.objects.create(
        request=request, to=portal.requester, robot=robot, login=robot.login, is_ready=True,
        secret="EXAMPLEexampleEXAMPLE42", wipe_at=timezone.now() + timedelta(days=7),  # noqa: S106
    )
    return request


def _certificate(portal: Portal) -> Request:
    request = _delivered(portal.team, portal.requester, CertificateWanted(fqdn="ci.example.com"),
                         None)
    signed = issue(ensure_console_authority(), common_name="ci.example.com",
                   names=["ci.example.com"], days=60)
    Request.objects.filter(pk=request.pk).update(certificate=signed)
    return request


def _others(registry: HarborInstance) -> None:
    """Other teams, which wait for a decision too."""
    for number, name in enumerate(("Payments", "Data platform", "Mobile", "Research")):
        group = Group.objects.create(name=f"team-{name.lower().replace(' ', '-')}")
        team = Team.objects.create(name=name, group=group, cost_center=f"CC-{4800 + number}")
        lead = _person(f"{group.name}-lead", group)
        _project(team, lead, registry, f"images-{number}", 100, 12 * number)
        wanted = ProjectWanted(project=f"new-{number}", quota_mib=20480)
        services.submit(services.draft(wanted, team=team, by=lead, instance=registry), by=lead)
