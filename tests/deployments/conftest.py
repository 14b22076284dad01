"""One lab for all journeys of this folder, and the settings that lead to it."""

import socket
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import override_settings

from hosts.steps import prism as prism_steps
from lab.prism import Knobs, PrismSimulator


@pytest.fixture(scope="session")
def lab():
    """A cluster with real machines. Needs root."""
    from tests.lab.running import shared_lab

    with shared_lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def console(lab, tmp_path_factory):
    """The console's settings for this lab."""
    from lab.packages import engine_tools

    folder = tmp_path_factory.mktemp("releases")
    compose = engine_tools() / "usr/libexec/docker/cli-plugins/docker-compose"
    with override_settings(
        RELEASES_DIR=folder, COMPOSE_BINARY=str(compose),
        SLIPWAY_NAME_SERVERS=[f"{lab.subnet.gateway}:53"],
    ):
        yield SimpleNamespace(RELEASES_DIR=folder)


@pytest.fixture
def ada(client):
    """Ada operates everything."""
    client.force_login(get_user_model().objects.create(
        username="ada", is_staff=True, is_superuser=True
    ))
    return client


@pytest.fixture
def prism(monkeypatch):
    """A simulated Prism for which no step ever waits."""
    monkeypatch.setattr(prism_steps, "_pause", lambda run, seconds: run.checkpoint())
    with PrismSimulator(knobs=Knobs()) as simulator:
        yield simulator


@pytest.fixture
def silent_port():
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def carry_out():
    return carried_out


def carried_out(operation):
    """Run an operation to its end in this very process."""
    from operations import runner

    runner.execute(operation.pk, threads=False)
    operation.refresh_from_db()
    return operation


@pytest.fixture(scope="module")
def deployed(lab, console, django_db_setup, django_db_blocker):
    """(instance's key, the operation that made it): one registry for all tests of a module.

    Its rows stay from test to test, what a test changes in them does not.
    """
    from deployments import services
    from tests.deployments.lab_rows import cluster_of, release_of, small_instance, told

    with django_db_blocker.unblock():
        instance = small_instance(
            cluster=cluster_of(lab), release=release_of(lab, console.RELEASES_DIR)
        )
        operation = carried_out(services.deploy(instance))
        assert operation.state == "succeeded", told(operation)
        yield SimpleNamespace(pk=instance.pk, operation=operation)
        carried_out(services.retire(
            instance, typed_name=instance.name, delete_volumes=True, delete_host=True
        ))
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def instance(deployed, db):
    """The deployed instance as it was when its deployment had ended."""
    from deployments.models import HarborInstance

    return HarborInstance.objects.get(pk=deployed.pk)
