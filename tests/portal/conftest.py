"""A team on a registry, people in their roles, and no queue."""

import pytest
from django.contrib.auth.models import Group, User

from operations import queueing, runner
from portal import services
from portal.kinds import ProjectWanted
from portal.models import Offer, Request, Team
from portal.roles import AUDITORS, OPS
from tests.deployments.rows import make_host, make_instance
from tests.harbor.small_harbor import NAME
from tests.portal.tenants import Tenants


@pytest.fixture(autouse=True)
def enqueued(request, monkeypatch):
    """What was put on the queue of Redis, without its process; where there is one, it is used."""
    found = []
    if not request.node.get_closest_marker("processes"):
        monkeypatch.setattr(queueing, "enqueue", lambda operation: found.append(operation.pk))
    return found


@pytest.fixture
def registry(db):
    """In use, with users of its own."""
    return make_instance(state="running", host=make_host(state="ready"), cluster=None)


@pytest.fixture
def team(registry):
    group = Group.objects.create(name="sailors")
    team = Team.objects.create(group=group, name="Sailors")
    Offer.objects.create(instance=registry)
    return team


@pytest.fixture
def ada(team):
    """She belongs to the team."""
    return person("ada", team.group)


@pytest.fixture
def ben(db):
    """He runs the registries."""
    return person("ben", role(OPS))


@pytest.fixture
def cleo(db):
    """She runs the registries too."""
    return person("cleo", role(OPS))


@pytest.fixture
def dora(db):
    """She looks at everything."""
    return person("dora", role(AUDITORS))


@pytest.fixture
def eve(db):
    """A stranger with an account."""
    return person("eve")


def person(name: str, *groups: Group) -> User:
    user = User.objects.create(username=name, email=f"{name}@example.com")
    user.groups.add(*groups)
    return user


def role(name: str) -> Group:
    return Group.objects.get(name=name)


def a_project(**changes) -> ProjectWanted:
    return ProjectWanted(**{"project": "web", "quota_mib": 2048} | changes)


@pytest.fixture
def tenants(registry, tmp_path):
    """The registry's Harbor, small but there."""
    harbor = Tenants(folder=tmp_path)
    harbor.start()
    harbor.password = registry.admin_password
    registry.record(
        fqdn=NAME, https_port=int(harbor.host.partition(":")[2]), certificate=harbor.row,
    )
    registry.host.address = "127.0.0.1"
    registry.host.save()
    yield harbor
    harbor.stop()


@pytest.fixture
def delivered(team, ada, registry, tenants, ben):
    """Ask, approve and deliver; the request as it is then."""
    def deliver(wanted):
        request = services.submit(
            services.draft(wanted, team=team, by=ada, instance=registry), by=ada
        )
        services.approve(request, by=ben, version=1)
        return carry_out(request)

    return deliver


def carry_out(request: Request) -> Request:
    """Run its delivery to the end in this very process."""
    request.refresh_from_db()
    runner.execute(request.operation_id, threads=False)
    return Request.objects.get(pk=request.pk)


def log_of(request: Request) -> str:
    """All that its delivery said, and how it ended."""
    lines = request.operation.lines.values_list("text", flat=True)
    return "\n".join([*lines, request.reason])
