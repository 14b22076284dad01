"""A team gets a whole registry and what it needs on it, with real parts, by requests alone."""

import io

import pytest
from django.contrib.auth.models import Group

from deployments.models import HarborInstance
from harbor.small_image import make_small_image
from hosts.engine import EngineError, engine_of
from operations import runner
from portal import services
from portal.kinds import Member, ProjectWanted, QuotaWanted, RegistryWanted, RobotWanted
from portal.models import Handover, Request, Robot, Team
from tests.deployments.conftest import console, lab  # noqa: F401  (fixtures)
from tests.deployments.lab_rows import FQDN, cluster_of, release_of, told
from tests.portal.conftest import OPS, carry_out, person, role

pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]
KIB = 1024
State = Request.State


class Story:
    """One requester and one approver, and what they do again and again."""

    def __init__(self):
        group = Group.objects.create(name="sailors")
        self.team = Team.objects.create(name="Sailors", group=group)
        self.ada, self.ben = person("ada", group), person("ben", role(OPS))
        self.instance = None

    def get(self, wanted):
        """Ask, approve, deliver."""
        request = services.draft(wanted, team=self.team, by=self.ada, instance=self.instance)
        services.submit(request, by=self.ada)
        services.approve(request, by=self.ben, version=1)
        request = carry_out(request)
        assert request.state == State.DELIVERED, told(request.operation)
        return request

    def secret_of(self, login):
        kept = Handover.objects.get(login=login)
        return {"username": login, "password": services.hand_over(kept, by=self.ada)}


def load(docker, image, size):
    """An image of so many random bytes on the engine, under this name."""
    content = make_small_image(size=size).docker_archive(image)
    docker.load_images(io.BytesIO(content), len(content), on_progress=lambda done, total: None)


def test_from_a_wish_for_a_registry_to_a_push_that_more_space_lets_pass(lab, console):  # noqa: F811
    cluster = cluster_of(lab)
    release_of(lab, console.RELEASES_DIR)
    story = Story()

    made = story.get(RegistryWanted(registry="acme", fqdn=FQDN, cluster=str(cluster.uuid)))

    instance = story.instance = made.instance
    assert instance.state == HarborInstance.State.RUNNING
    assert instance.owner == story.team.group
    assert not made.operation.checks.exclude(state="passed").exists(), told(made.operation)

    story.get(ProjectWanted(
        project="web", quota_mib=4, members=[Member(name="carl", role="guest")]
    ))
    story.get(RobotWanted(robot="ci", projects=["web"], actions=["push"], days=30))
    robot, guest = story.secret_of("robot$web+ci"), story.secret_of("carl")
    small, large = (f"{instance.registry_host}/web/{name}:1" for name in ("small", "large"))
    with engine_of(None, instance.host) as docker:
        docker.login(instance.registry_host, **robot)
        load(docker, small, 64 * KIB)
        pushed = docker.push(small, robot)

        assert docker.pull(small, guest) == pushed
        with pytest.raises(EngineError, match="denied|unauthorized"):
            docker.push(small, guest)

        load(docker, large, 8 * 1024 * KIB)
        with pytest.raises(EngineError, match="exceed the configured upper limit"):
            docker.push(large, robot)
        story.get(QuotaWanted(project="web", quota_mib=64, was_mib=4))
        assert docker.push(large, robot).startswith("sha256:")

        runner.execute(services.withdraw(Robot.objects.get(), by=story.ada).pk, threads=False)
        with pytest.raises(EngineError):
            docker.login(instance.registry_host, **robot)
    assert services.look_at(story.team.projects.get()).members == {
        "admin": "admin", "carl": "guest",
    }
