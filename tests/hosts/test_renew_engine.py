"""Asking for new certificates between console and engine, and what is refused."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.urls import reverse

from certificates.models import Certificate
from certificates.services import ensure_console_authority, issue
from hosts.engine import EngineError
from hosts.models import DockerHost
from hosts.services import renew_engine_certificate
from hosts.steps import renew_engine
from operations.errors import Refused
from operations.models import Operation
from operations.pipeline import Pipeline, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def host():
    authority = ensure_console_authority()
    return DockerHost.objects.create(
        name="old-server", address="127.0.0.1", authority=authority, state="ready",
        server_certificate=issue(authority, common_name="s", names=["s"]),
        client_certificate=issue(authority, common_name="c", names=["c"], usage="client"),
    )


# Only the part without a restart of an engine.
PIPELINES = (
    Pipeline(
        kind="renew-engine-certificate", title="Renew", subject_model="hosts.DockerHost",
        permission="hosts.provision_dockerhost",
        steps=(Step(slug="renew-client", title="Renew", work=renew_engine.renew_client),),
    ),
)


def test_a_host_that_was_never_connected_has_nothing_to_renew(host):
    host.record(server_certificate=None)

    with pytest.raises(Refused, match="connect it first"):
        renew_engine_certificate(host)


def test_the_page_says_until_when_and_the_post_starts_it(host, client):
    client.force_login(get_user_model().objects.create(
        username="ada", is_staff=True, is_superuser=True
    ))
    page = reverse("admin:hosts_dockerhost_renew", args=[host.pk])

    said = client.get(page, secure=True).content.decode()
    assert "go on running" in said
    answer = client.post(page, secure=True)

    operation = Operation.objects.get(kind="renew-engine-certificate")
    assert answer.url == operation.get_absolute_url()


def test_the_command_starts_it_and_knows_the_names(host):
    output = io.StringIO()

    call_command("renew_engine_certificate", "old-server", "--no-follow", stdout=output)

    assert str(Operation.objects.get().uuid) in output.getvalue()
    with pytest.raises(CommandError, match="There are: old-server"):
        call_command("renew_engine_certificate", "odl-server", "--no-follow")


def test_a_client_certificate_that_the_engine_refuses_is_never_used(host, carry_out, settings):
    """Nothing listens there: whatever the reason, the old one stays."""
    settings.PIPELINES = f"{__name__}.PIPELINES"
    before = host.client_certificate

    ended = carry_out("renew-engine-certificate", host)

    assert ended.state == "failed"
    assert "the old one stays in use" in ended.reason
    host.refresh_from_db()
    assert host.client_certificate == before
    assert before.state == Certificate.State.VALID


def test_a_client_certificate_that_was_tried_takes_the_place_of_the_old(
    host, carry_out, settings, monkeypatch
):
    settings.PIPELINES = f"{__name__}.PIPELINES"
    before, tried = host.client_certificate, []

    def answers_once(trial, certificate):
        tried.append(certificate)
        if len(tried) == 1:
            raise EngineError("It is away.")

    monkeypatch.setattr(renew_engine, "_try_as_client", answers_once)
    ended = carry_out("renew-engine-certificate", host)
    assert ended.state == "failed"
    again = carry_out("", ended)

    assert again.state == "succeeded", again
    host.refresh_from_db()
    before.refresh_from_db()
    assert host.client_certificate == tried[0] == tried[1]
    assert before.state == Certificate.State.REPLACED
