"""What time does: reminders, ends, secrets that nobody came for. Only the clock is patched."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notices.models import Delivery
from operations import runner
from operations import services as operations
from operations.errors import StepFailed
from operations.models import Operation
from operations.schedules import ensure_schedule
from portal import services
from portal.clock import is_anything_due
from portal.kinds import CertificateWanted, ProjectWanted, RobotWanted
from portal.models import Handover, Request, Robot
from tests.portal.conftest import a_project, carry_out

pytestmark = pytest.mark.django_db
State = Request.State


@pytest.fixture
def pass_time(monkeypatch):
    """Let so many days pass, then do what the clock does; twice, as clocks may."""
    real, passed = timezone.now, []

    def go(**time):
        passed.append(timedelta(**time))
        monkeypatch.setattr(timezone, "now", lambda: real() + sum(passed, timedelta()))
        for _ in range(2):
            watch()

    return go


def watch():
    schedule = ensure_schedule("watch-requests", kind="watch-requests", every_minutes=5)
    operation = operations.start("watch-requests", schedule)
    runner.execute(operation.pk, threads=False)
    operation.refresh_from_db()
    assert operation.state == "succeeded", operation.reason


def told():
    return [(one.address, one.subject) for one in Delivery.objects.order_by("pk")]


def test_nobody_decides_two_reminders_then_the_end(team, registry, ada, ben, pass_time):
    request = services.submit(
        services.draft(a_project(), team=team, by=ada, instance=registry), by=ada
    )
    assert told() == [("ben@example.com", "Sailors asks for: Project web")]
    assert not is_anything_due()

    pass_time(days=3)
    assert len(told()) == 1
    pass_time(days=1)
    assert told()[1:] == [("ben@example.com", "Still to be decided: Project web")]
    pass_time(days=2, hours=1)
    assert len(told()) == 3
    pass_time(days=1)

    request.refresh_from_db()
    assert request.state == State.EXPIRED
    assert "Nobody decided" in request.reason
    assert told()[3:] == [("ada@example.com", "Expired: Project web")]
    assert not is_anything_due()


def test_the_approver_reads_all_of_it_and_what_is_there(team, registry, ada, ben, settings):
    settings.CONSOLE_URL = "https://console.example.com"
    wanted = a_project(members=[{"name": "carl", "role": "guest"}])
    services.submit(services.draft(
        wanted, team=team, by=ada, instance=registry, note="For the new shop."
    ), by=ada)

    text = Delivery.objects.get().text

    for part in ("Sailors", "ada", "registry.example.com", "2.0 GiB", "carl (Guest)",
                 "For the new shop.", "0 projects", "of 100 GiB",
                 f"https://console.example.com/portal/requests/{Request.objects.get().uuid}/"):
        assert part in text, text


def test_a_robot_ends_after_two_warnings_and_is_removed(
    delivered, tenants, pass_time, django_capture_on_commit_callbacks
):
    delivered(a_project())
    request = delivered(RobotWanted(robot="ci", projects=["web"], days=90))
    robot = Robot.objects.get()
    end = timezone.now() + timedelta(days=90)
    robot.record(expires_at=end)
    Request.objects.filter(pk=request.pk).update(
        expires_at=end, remind_at=end - timedelta(days=14)
    )
    Delivery.objects.all().delete()

    pass_time(days=77)
    request.refresh_from_db()
    assert request.state == State.EXPIRING
    pass_time(days=12, hours=1)
    assert told() == [("ada@example.com", "Expires soon: Robot account ci")] * 2
    pass_time(days=1)

    operation = Operation.objects.get(kind="withdraw-robot")
    runner.execute(operation.pk, threads=False)
    request.refresh_from_db()
    assert (tenants.robots, request.state) == ([], State.EXPIRED)
    assert not is_anything_due()


def test_a_registry_that_is_away_is_not_asked_every_five_minutes(
    delivered, tenants, pass_time
):
    delivered(a_project())
    delivered(RobotWanted(robot="ci", projects=["web"], days=90))
    robot = Robot.objects.get()
    robot.record(expires_at=timezone.now())
    tenants.broken[f"/api/v2.0/robots/{robot.harbor_id}"] = (502, b"")

    def failed():
        watch()
        for one in Operation.objects.filter(kind="withdraw-robot", state="queued"):
            runner.execute(one.pk, threads=False)
        return Operation.objects.filter(kind="withdraw-robot", state="failed").count()

    assert [failed(), failed()] == [1, 1]
    pass_time(hours=1)
    assert [failed(), failed()] == [2, 2]
    tenants.broken.clear()
    pass_time(hours=2)
    failed()
    assert tenants.robots == []


def test_secrets_nobody_came_for_are_wiped_after_a_week(delivered, tenants, pass_time):
    delivered(a_project())
    delivered(RobotWanted(robot="ci", projects=["web"], days=90))
    kept = Handover.objects.get()

    pass_time(days=6)
    kept.refresh_from_db()
    assert kept.waits
    pass_time(days=2)

    kept.refresh_from_db()
    assert (kept.secret, kept.waits) == ("", False)


def test_an_end_that_no_process_lived_to_tell_is_taken_over(
    team, registry, ada, ben, tenants, monkeypatch
):
    request = services.draft(ProjectWanted(project="web", quota_mib=1), team=team, by=ada,
                             instance=registry)
    services.submit(request, by=ada)
    services.approve(request, by=ben, version=1)
    request.refresh_from_db()
    Operation.objects.filter(pk=request.operation_id).update(
        state="succeeded", finished_at=timezone.now() - timedelta(minutes=2)
    )

    watch()

    request.refresh_from_db()
    assert request.state == State.DELIVERED


def test_a_wiped_secret_of_a_failed_delivery_is_made_anew(
    delivered, tenants, ada, ben, pass_time
):
    delivered(a_project())
    tenants.broken["/service/token"] = (500, b"")
    request = delivered(RobotWanted(robot="ci", projects=["web"], days=90))
    pass_time(days=8)
    assert Handover.objects.get().secret == ""
    tenants.broken.clear()

    services.retry(request, by=ben)
    request = carry_out(request)

    assert request.state == State.DELIVERED
    assert services.hand_over(Handover.objects.get(), by=ada) == tenants.robots[0]["secret"]


@pytest.mark.parametrize("again", ["retry", "resume"])
@pytest.mark.parametrize("broken", ["/service/token", "end"])
def test_a_robot_whose_secret_was_wiped_under_way_gets_another_that_is_set_and_seen(
    delivered, tenants, ada, ben, pass_time, monkeypatch, again, broken
):
    """Also when all that is left of its delivery comes after the secret was set."""
    delivered(a_project())
    delivered(RobotWanted(robot="ci", projects=["web"], days=90))
    former = Robot.objects.get()
    with monkeypatch.context() as patch:
        if broken == "end":
            patch.setattr(Robot, "record", _fails_for(former))
        else:
            tenants.broken[broken] = (500, b"")
        request = delivered(RobotWanted(robot="ci2", projects=["web"], replaces=str(former.uuid)))
    assert request.state == State.FAILED
    first = tenants.robots[1]["secret"]
    pass_time(days=8)
    assert request.handovers.get().secret == ""
    tenants.broken.clear()

    if again == "retry":
        services.retry(request, by=ben)
    else:  # on the page of its operation, past the portal
        operations.resume(request.operation, by=ben)
    request = carry_out(request)
    if request.state == State.DELIVERING:  # all of it once more
        request = carry_out(request)

    assert request.state == State.DELIVERED, request.reason
    assert len(tenants.robots) == 2
    secret = services.hand_over(request.handovers.get(), by=ada)
    assert secret == tenants.robots[1]["secret"] != first
    assert secret


def _fails_for(former):
    record = Robot.record

    def fail(robot, **facts):
        if robot.pk == former.pk:
            raise StepFailed("Just then.")
        record(robot, **facts)

    return fail


def test_the_key_of_a_certificate_that_was_wiped_before_the_end_is_kept_again(
    delivered, tenants, ada, ben
):
    request = delivered(CertificateWanted(fqdn="app.example.com"))
    # As a process leaves it that dies between signing and telling.
    request.handovers.update(is_ready=False, wiped_at=timezone.now(), secret="")
    Request.objects.filter(pk=request.pk).update(state=State.FAILED)
    Operation.objects.filter(pk=request.operation_id).update(state="failed")
    request.operation.steps.update(state="failed")

    operations.resume(request.operation, by=ben)
    request = carry_out(request)

    assert request.state == State.DELIVERED
    key = services.hand_over(request.handovers.get(), by=ada)
    assert key == request.certificate.key_pem
