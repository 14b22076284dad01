"""What was approved arrives in Harbor, once, and what people changed there stays."""

from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from certificates.keys import new_key
from certificates.signing import make_request
from operations import runner
from operations import services as operations
from operations.endings import tell_the_end
from operations.errors import Refused
from operations.models import LogLine, Operation, StepRun
from portal import services
from portal.kinds import (
    CertificateWanted,
    Member,
    MembershipWanted,
    QuotaWanted,
    RobotWanted,
)
from portal.models import Handover, Project, Request, Robot
from tests.portal.conftest import a_project, carry_out, log_of, person

pytestmark = pytest.mark.django_db
State = Request.State
MIB = 1024 * 1024


@pytest.fixture
def web(delivered):
    request = delivered(a_project(members=[Member(name="carl", role="guest")]))
    assert request.state == State.DELIVERED, log_of(request)
    return Project.objects.get()


def a_robot(**changes):
    return RobotWanted(**{"robot": "ci", "projects": ["web"], "actions": ["push"]} | changes)


def test_a_project_with_its_space_its_member_and_a_first_password(web, tenants, ada):
    assert tenants.quotas == {"web": 2048 * MIB}
    assert tenants.members["web"] == {"admin": 1, "carl": 3}
    assert (web.state, web.members) == ("ready", {"admin": "admin", "carl": "guest"})
    kept = Handover.objects.get(login="carl")
    assert kept.to == ada
    assert services.hand_over(kept, by=ada) == tenants.users["carl"]["password"]


def test_a_name_that_harbor_has_is_left_alone_and_said(delivered, tenants):
    tenants.projects["web"] = {"project_id": 7, "project_name": "web"}

    request = delivered(a_project())

    assert request.state == State.FAILED
    assert "was not made for this request" in request.reason
    assert tenants.done("POST /projects") == 0
    assert not Project.objects.exclude(state="gone").exists()


def test_a_robot_logs_in_with_the_secret_that_is_seen_once(web, delivered, tenants, ada, ben):
    request = delivered(a_robot())

    assert request.state == State.DELIVERED, log_of(request)
    robot, kept = Robot.objects.get(), Handover.objects.get(robot__isnull=False)
    assert (robot.login, robot.state) == ("robot$web+ci", "ready")
    assert request.expires_at == robot.expires_at
    for stranger in (ben, person("super")):
        stranger.is_superuser = True
        with pytest.raises(Refused):
            services.hand_over(kept, by=stranger)
    secret = services.hand_over(kept, by=ada)
    assert secret == tenants.robots[0]["secret"] != "Made-up-by-Harbor-1"
    with pytest.raises(Refused, match="nothing to be shown"):
        services.hand_over(kept, by=ada)
    seen = LogEntry.objects.get(action=LogEntry.Action.ACCESS)
    assert (seen.actor, seen.additional_data["login"]) == (ada, "robot$web+ci")
    everything = str([
        *LogLine.objects.values_list("text"), *StepRun.objects.values_list("facts", "detail"),
        *LogEntry.objects.values_list("changes", "additional_data"),
        *Handover.objects.values(), *Operation.objects.values_list("parameters"),
    ])
    assert secret not in everything
    assert "Made-up-by-Harbor-1" not in everything


def test_nobody_sees_a_secret_before_its_delivery_has_ended(web, delivered, tenants, ada):
    tenants.broken["/service/token"] = (500, b"")

    request = delivered(a_robot())

    assert request.state == State.FAILED
    with pytest.raises(Refused):
        services.hand_over(Handover.objects.get(robot__isnull=False), by=ada)


@pytest.mark.parametrize(
    "call", ["POST /projects", "POST /users", "POST /projects/web/members"]
)
def test_a_lost_answer_makes_nothing_twice_for_a_project(delivered, tenants, ada, ben, call):
    tenants.lost.append(call)

    request = delivered(a_project(members=[Member(name="carl", role="guest")]))
    assert (request.state, tenants.lost) == (State.FAILED, [])
    services.retry(request, by=ben)
    request = carry_out(request)

    assert request.state == State.DELIVERED, log_of(request)
    assert tenants.done("POST /projects") == tenants.done("POST /users") == 1
    assert tenants.members["web"] == {"admin": 1, "carl": 3}
    kept = Handover.objects.get()
    assert services.hand_over(kept, by=ada) == tenants.users["carl"]["password"]


@pytest.mark.parametrize("call", ["POST /robots", "PATCH /robots/101"])
def test_robot_made_and_answer_lost_one_robot_secret_known(
    web, delivered, tenants, ada, ben, call
):
    tenants.lost.append(call)

    request = delivered(a_robot())
    assert (request.state, tenants.lost) == (State.FAILED, [])
    services.retry(request, by=ben)
    request = carry_out(request)

    assert request.state == State.DELIVERED, log_of(request)
    assert len(tenants.robots) == tenants.done("POST /robots") == 1
    kept = Handover.objects.get(robot__isnull=False)
    assert services.hand_over(kept, by=ada) == tenants.robots[0]["secret"]


def test_a_robot_of_that_name_which_is_not_ours_is_left_alone(web, delivered, tenants):
    theirs = {"id": 1, "name": "robot$web+ci", "description": "mine", "expires_at": -1}
    tenants.robots.append(theirs)

    request = delivered(a_robot())

    assert "was not made for this request" in request.reason
    assert tenants.robots == [theirs]


def test_more_space_unless_somebody_set_another_one(web, delivered, tenants):
    more = delivered(QuotaWanted(project="web", quota_mib=4096, was_mib=2048))
    assert (more.state, tenants.quotas["web"]) == (State.DELIVERED, 4096 * MIB)

    tenants.quotas["web"] = 5000 * MIB
    late = delivered(QuotaWanted(project="web", quota_mib=8192, was_mib=4096))

    assert "was set to 4.9 GiB in Harbor since" in late.reason
    assert tenants.quotas["web"] == 5000 * MIB


def test_roles_change_as_asked_and_what_people_did_meanwhile_stays(web, delivered, tenants):
    tenants.users |= {name: {"comment": ""} for name in ("dan", "eli", "fay")}
    tenants.members["web"] |= {"dan": 4, "eli": 2}

    request = delivered(MembershipWanted(
        project="web", put=[Member(name="carl", role="developer"), Member(name="fay"),
                            Member(name="dan", role="guest")],
        remove=["eli"], was={"carl": "guest", "dan": "developer", "eli": "developer"},
    ))

    assert request.state == State.DELIVERED, log_of(request)
    assert tenants.members["web"] == {"admin": 1, "carl": 2, "dan": 4, "fay": 2}
    assert len(request.remarks) == 1
    assert "dan was made maintainer" in request.remarks[0]


def test_who_is_unknown_to_a_directory_is_named_and_the_others_are_put(
    web, delivered, tenants, registry, ben
):
    registry.record(auth_mode="ldap")
    tenants.directory.add("gil")
    assert services.unknown_members(registry, ["gil", "hal", "carl"]) == ["hal"]

    request = delivered(MembershipWanted(
        project="web", put=[Member(name="hal"), Member(name="gil")]
    ))

    assert "does not know hal" in request.reason
    assert tenants.members["web"]["gil"] == 2
    assert "hal" not in tenants.users
    tenants.directory.add("hal")
    services.retry(request, by=ben)
    assert carry_out(request).state == State.DELIVERED


def test_a_failed_delivery_that_is_given_up_leaves_nothing_half_made(
    web, delivered, tenants, ada
):
    tenants.lost.append("POST /robots")
    request = delivered(a_robot())
    assert (request.state, len(tenants.robots)) == (State.FAILED, 1)

    services.cancel(request, by=ada)
    runner.execute(Operation.objects.get(kind="withdraw-robot").pk, threads=False)

    request.refresh_from_db()
    assert (tenants.robots, request.state) == ([], State.WITHDRAWN)
    assert Handover.objects.get(robot__isnull=False).secret == ""


def test_what_was_given_up_is_not_delivered_by_resuming_its_operation(
    delivered, tenants, ada, ben
):
    tenants.broken["/api/v2.0/users/current"] = (503, b"")
    request = delivered(a_project(members=[Member(name="carl", role="guest")]))
    services.cancel(request, by=ada)
    tenants.broken.clear()

    operations.resume(request.operation, by=ben)
    request = carry_out(request)

    assert request.operation.state == "failed"
    assert "is not to be delivered any more: Withdrawn." in request.operation.reason
    assert (request.state, tenants.projects, tenants.users) == (State.WITHDRAWN, {}, {})


def test_a_name_is_free_again_when_its_delivery_is_given_up(delivered, tenants, ada):
    tenants.broken["/api/v2.0/projects"] = (500, b"")
    request = delivered(a_project())
    assert request.state == State.FAILED
    services.cancel(request, by=ada)
    tenants.broken.clear()

    assert delivered(a_project()).state == State.DELIVERED


def test_with_a_retired_registry_goes_what_teams_had_on_it(web, delivered, tenants, registry):
    request = delivered(a_robot())
    operation = Operation.objects.create(
        kind="retire", title="Retire", subject=registry, object_id=registry.pk, state="succeeded"
    )

    tell_the_end(operation)

    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    assert {Project.objects.get().state, Robot.objects.get().state} == {"gone"}


def test_rotation_is_a_second_robot_and_the_first_one_ends_later(web, delivered, tenants):
    first = delivered(a_robot())
    former = Robot.objects.get()

    delivered(a_robot(robot="ci2", replaces=str(former.uuid), overlap_days=3))

    former.refresh_from_db()
    first.refresh_from_db()
    assert len(tenants.robots) == 2
    assert former.expires_at - timezone.now() < timedelta(days=3)
    assert first.expires_at == former.expires_at


def test_a_withdrawn_robot_is_gone(web, delivered, tenants, ada, eve):
    request = delivered(a_robot())

    with pytest.raises(Refused):
        services.withdraw(request, by=eve)
    services.withdraw(request, by=ada)
    runner.execute(Operation.objects.get(kind="withdraw-robot").pk, threads=False)

    request.refresh_from_db()
    assert (tenants.robots, request.state) == ([], State.WITHDRAWN)


@pytest.mark.parametrize("with_csr", [False, True])
def test_a_certificate_with_a_key_made_here_or_by_the_team(delivered, team, with_csr):
    names = ["app.example.com"]
    csr = make_request(
        names[0], new_key(), names=names, addresses=[], usage="server"
    ) if with_csr else ""

    request = delivered(CertificateWanted(fqdn=names[0], csr=csr, days=30))

    assert request.state == State.DELIVERED, log_of(request)
    certificate = request.certificate
    assert (certificate.sans, certificate.owner) == (names, team.group)
    assert certificate.has_key != with_csr
    assert request.expires_at == certificate.not_after
