"""A whole registry by request is its own deployment, whoever starts it again."""

import pytest

from deployments import services as deployments
from deployments.models import HarborInstance
from operations.endings import tell_the_end
from operations.errors import Refused
from operations.models import Operation
from portal import services
from portal.kinds import RegistryWanted
from portal.models import Request
from tests.deployments.rows import make_cluster
from tests.portal.conftest import person

pytestmark = pytest.mark.django_db
State = Request.State


@pytest.fixture
def asked(team, registry, ada):
    wanted = RegistryWanted(
        registry="crew", fqdn="crew.example.com", cluster=str(make_cluster().uuid)
    )
    return services.submit(services.draft(wanted, team=team, by=ada), by=ada)


def approved(asked, by):
    return services.approve(asked, by=by, version=asked.version)


def end(operation, state, reason=""):
    Operation.objects.filter(pk=operation.pk).update(state=state, reason=reason)
    tell_the_end(Operation.objects.get(pk=operation.pk))


def test_the_yes_starts_the_deployment_of_an_instance_of_the_team(asked, ben, team):
    request = approved(asked, ben)

    assert request.state == State.DELIVERING
    assert request.operation.kind == "deploy"
    assert (request.instance.owner, request.instance.state) == (team.group, "deploying")
    assert request.operation.owner == team.group

    end(request.operation, "succeeded")

    request.refresh_from_db()
    assert request.state == State.DELIVERED
    assert set(services.instances_for(team).values_list("name", flat=True)) == {"acme", "crew"}


def test_a_failed_one_is_repeated_in_the_portal_or_on_its_own_page(asked, ben):
    request = approved(asked, ben)
    end(request.operation, "failed", "No room.")
    request.refresh_from_db()
    assert (request.state, request.reason) == (State.FAILED, "No room.")

    services.retry(request, by=ben)
    assert (request.state, request.operation.kind) == (State.DELIVERING, "deploy")
    end(request.operation, "failed")
    again = deployments.deploy(HarborInstance.objects.get(name="crew"))
    end(again, "succeeded")

    request.refresh_from_db()
    assert (request.state, request.operation) == (State.DELIVERED, again)
    assert HarborInstance.objects.filter(name="crew").count() == 1


def test_a_name_that_was_taken_meanwhile_is_refused_when_it_is_decided(asked, ben, registry):
    HarborInstance.objects.create(
        name="crew", fqdn="other.example.com", release=registry.release, cluster=make_cluster()
    )

    with pytest.raises(Refused, match="Another instance is named crew"):
        approved(asked, ben)

    asked.refresh_from_db()
    assert asked.state == State.SUBMITTED


def test_only_ops_repeat(asked, ben, ada, team):
    request = approved(asked, ben)
    end(request.operation, "failed")
    request.refresh_from_db()

    for someone in (ada, person("carl", team.group)):
        with pytest.raises(Refused, match="Only ops"):
            services.retry(request, by=someone)
