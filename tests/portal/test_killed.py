"""The worker is killed in the middle of each step of a delivery: the next one ends it, once."""

import os
import signal
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from operations.models import Operation
from portal import services
from portal.kinds import Member, RobotWanted
from portal.models import Handover, Project, Request
from tests.operations.processes import Console, children_of, eventually, is_alive
from tests.portal.conftest import a_project, log_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
State = Request.State


class Workers(Console):
    """Real workers with the real pipelines."""

    def _environment(self):
        return super()._environment() | {
            "DJANGO_SETTINGS_MODULE": "tests.portal.process_settings",
        }


@pytest.fixture
def workers(transactional_db, monkeypatch, settings):
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        found = Workers(Path(folder))
        found.use_in_this_process(monkeypatch, settings)
        found.start_valkey()
        yield found
        found.close()


@pytest.fixture
def deliver(workers, team, ada, ben, registry, tenants):
    """Deliver by real processes; the first one is killed once Harbor has done `call`."""
    def deliver(wanted, call):
        tenants.held = call
        worker = workers.work()
        request = services.draft(wanted, team=team, by=ada, instance=registry)
        services.submit(request, by=ada)
        services.approve(request, by=ben, version=1)
        eventually(tenants.reached.is_set, what=f"{call}: {workers.output()[-2000:]}")
        (horse,) = children_of(worker.pid)
        os.kill(horse, signal.SIGKILL)
        eventually(lambda: not is_alive(horse), what="its end")
        tenants.go.set()
        # What twenty seconds of silence do.
        Operation.objects.filter(state="running").update(lease_until=timezone.now())
        call_command("reconcile", "--once")
        eventually(lambda: has_ended(request), what=f"the end: {workers.output()[-2000:]}")
        return request

    return deliver


def has_ended(request):
    request.refresh_from_db()
    return request.state in (State.DELIVERED, State.FAILED)


def most_are_for_the_full_ring(*calls):
    """Each takes some seconds: of each story the worst moment is always tried."""
    worst, *others = calls
    return [worst, *(pytest.param(call, marks=pytest.mark.full) for call in others)]


@pytest.mark.parametrize("call", most_are_for_the_full_ring(
    "POST /robots", "GET /users/current", "GET /robots", "PATCH /robots", "GET /service/token",
))
def test_one_robot_whose_secret_is_known(deliver, team, registry, tenants, ada, call):
    Project.objects.create(
        team=team, instance=registry, name="web", quota_mib=10, state="ready", harbor_id=7,
        request=services.draft(a_project(), team=team, by=ada, instance=registry),
    )

    request = deliver(RobotWanted(robot="ci", projects=["web"], actions=["push"]), call)

    assert request.state == State.DELIVERED, log_of(request)
    assert request.operation.attempt == 2
    assert len(tenants.robots) == tenants.done("POST /robots") == 1
    secret = services.hand_over(Handover.objects.get(), by=ada)
    assert secret == tenants.robots[0]["secret"] != "Made-up-by-Harbor-1"


@pytest.mark.parametrize("call", most_are_for_the_full_ring(
    "POST /projects", "GET /users/current", "GET /quotas", "POST /users",
    "POST /projects/web/members",
))
def test_one_project_with_its_member(deliver, tenants, ada, call):
    request = deliver(a_project(members=[Member(name="carl", role="guest")]), call)

    assert request.state == State.DELIVERED, log_of(request)
    assert request.operation.attempt == 2
    assert tenants.done("POST /projects") == tenants.done("POST /users") == 1
    assert tenants.members["web"] == {"admin": 1, "carl": 3}
    kept = Handover.objects.get()
    assert services.hand_over(kept, by=ada) == tenants.users["carl"]["password"]
