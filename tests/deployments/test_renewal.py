"""Renewal by itself: at its time, once however many look, later after a failure."""

from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from certificates.leftovers import replace_leftovers
from certificates.models import Certificate
from certificates.renewal import due_at
from certificates.services import ensure_console_authority, issue, revoke
from deployments.rotation.due import waits_until
from deployments.rotation.services import RENEW, ROTATE, ensure_renewal_schedule
from hosts.models import DockerHost
from operations import runner
from operations.models import Operation, ScheduleSlot
from operations.reconciler import Reconciler
from tests.deployments.rows import make_host, make_instance, make_release

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def leaf(name="registry.example.com", *, age=0.0, usage="server"):
    """A certificate of which the part `age` of its life is over."""
    row = issue(ensure_console_authority(), common_name=name, names=[name], usage=usage)
    return older(row, age)


def older(row, age):
    life = timedelta(days=100)
    row.not_before = timezone.now() - life * age
    row.not_after = row.not_before + life
    row.renew_at = row.not_before + life * 2 / 3
    row.save()
    return row


@pytest.fixture
def instance():
    return make_instance(host=make_host(), state="running", certificate=leaf(age=0.75))


def due_schedule(since=None):
    """The schedule, whose time has come at `since`."""
    schedule = ensure_renewal_schedule()
    schedule.next_at = since or timezone.now()
    schedule.save()


def look():
    """What one look of a reconciler starts, and the renewals that come of it."""
    Reconciler(patience=timedelta(0)).look()
    for operation in Operation.objects.filter(kind="renew-certificates", state="queued"):
        runner.execute(operation.pk, threads=False)


def rotations():
    return Operation.objects.filter(kind=ROTATE)


def told():
    return "\n".join(
        line.text for operation in Operation.objects.all() for line in operation.lines.all()
    )


def test_a_due_certificate_is_rotated_and_a_young_one_is_not(instance):
    make_instance(name="young", fqdn="young.example.com", host=make_host(name="h2"),
                  state="running", certificate=leaf("young.example.com"),
                  release=make_release(version="v2.15.1"))
    due_schedule()

    look()

    [operation] = rotations()
    assert operation.subject == instance
    assert operation.requested_by is None
    assert operation.parameters["may_restart"] is False


def test_two_days_without_a_scheduler_give_one_run(instance):
    due_schedule(timezone.now() - 2 * DAY)

    look()
    look()

    assert ScheduleSlot.objects.filter(schedule__slug=RENEW).count() == 1
    assert Operation.objects.filter(kind="renew-certificates").count() == 1
    assert rotations().count() == 1


def test_two_schedulers_give_one_run(instance):
    due_schedule()
    first, second = (Reconciler(patience=timedelta(0)) for _ in range(2))

    first.look()
    second.look()

    assert Operation.objects.filter(kind="renew-certificates").count() == 1


def test_renewals_of_one_day_are_spread_but_stay_where_they_are(instance):
    rows = [leaf() for _ in range(20)]

    moments = {due_at(row) for row in rows}

    assert len(moments) > 10
    assert all(row.renew_at <= due_at(row) <= row.renew_at + 5 * DAY for row in rows)
    assert moments == {due_at(Certificate.objects.get(pk=row.pk)) for row in rows}


def test_each_failure_in_a_row_doubles_the_pause(instance):
    due_schedule()
    look()
    rotations().update(state="failed", finished_at=timezone.now())
    now = timezone.now()

    assert waits_until(instance, ROTATE, now) > now
    assert waits_until(instance, ROTATE, now + timedelta(minutes=61)) is None
    for _ in range(9):
        operation = rotations().first()
        operation.pk, operation.uuid, operation._state.adding = None, None, True
        operation.uuid = Operation._meta.get_field("uuid").get_default()
        operation.save()
    until = waits_until(instance, ROTATE, now)
    assert timedelta(hours=23) < until - now <= timedelta(hours=24)

    due_schedule(now)
    look()
    assert not rotations().filter(state="queued").exists()
    assert "the next try is after" in told()


def test_what_a_failed_attempt_had_signed_does_not_stay_valid(instance):
    first, second = (
        Operation.objects.create(
            kind=ROTATE, title=ROTATE, content_type=ContentType.objects.get_for_model(instance),
            object_id=str(instance.pk), state=state,
        ) for state in ("failed", "running")
    )
    left, chosen = leaf(), leaf()
    first.steps.create(slug="a", position=0, facts={"made": str(left.uuid)})
    first.steps.create(slug="b", position=1, facts={"certificate": str(chosen.uuid)})
    served = instance.certificate
    first.steps.create(slug="c", position=2, facts={"made": str(served.uuid)})

    replace_leftovers(second, keep=[served])

    states = {row.pk: Certificate.objects.get(pk=row.pk).state for row in (left, chosen, served)}
    assert states == {left.pk: "replaced", chosen.pk: "valid", served.pk: "valid"}


def test_what_was_revoked_is_left_to_a_person(instance):
    revoke(instance.certificate)
    due_schedule()

    look()

    assert not rotations().exists()
    assert "revoked" in told()


def test_what_cannot_be_renewed_is_told_and_stops_nobody_else(instance):
    stopped = make_instance(
        name="stopped", fqdn="stopped.example.com", host=make_host(name="h2"), state="stopped",
        certificate=leaf("stopped.example.com", age=0.9), release=make_release(version="v2.15.1"),
    )
    due_schedule()

    look()

    assert [operation.subject for operation in rotations()] == [instance]
    assert f"{stopped} is due, but" in told()


def test_the_certificates_of_engines_are_renewed_too():
    signer = ensure_console_authority()
    due = make_host(name="due", state="ready", authority=signer, server_certificate=leaf("s"),
                    client_certificate=leaf("c", age=0.9, usage="client"))
    make_host(name="young", state="ready", authority=signer, server_certificate=leaf("t"),
              client_certificate=leaf("d", usage="client"))
    make_host(name="gone", state=DockerHost.State.GONE, server_certificate=leaf("g", age=0.9))
    due_schedule()

    look()

    [operation] = Operation.objects.filter(kind="renew-engine-certificate")
    assert operation.subject == due
