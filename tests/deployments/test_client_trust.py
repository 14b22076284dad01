"""What clients fetch to trust a registry: without a login, and only of registries that have it."""

import hashlib
import subprocess
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from certificates.services import ensure_console_authority, issue
from tests.deployments.rows import make_instance

pytestmark = pytest.mark.django_db


@pytest.fixture
def instance():
    certificate = issue(ensure_console_authority(), common_name="registry.example.com",
                        names=["registry.example.com"])
    return make_instance(certificate=certificate)


@pytest.fixture
def ben(client):
    """May look at instances, and no more."""
    user = User.objects.create(username="ben", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_harborinstance"))
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", ["script", "files", "authority"])
def test_anybody_may_fetch_it_and_it_holds_no_secret(client, instance, name):
    answer = client.get(reverse(f"deployments:trust-{name}", args=[instance.uuid]))

    assert answer.status_code == 200
    assert b"PRIVATE" not in answer.content
    assert instance.certificate.key_pem.splitlines()[1].encode() not in answer.content


@pytest.mark.parametrize("name", ["script", "files", "authority"])
def test_what_has_no_certificate_is_not_found(client, name):
    for uuid in (make_instance().uuid, uuid4()):
        assert client.get(reverse(f"deployments:trust-{name}", args=[uuid])).status_code == 404


def test_the_line_verifies_the_script_before_it_runs(ben, client, instance, tmp_path, settings):
    settings.CONSOLE_URL = "https://console.example.com"
    text = ben.get(reverse("admin:deployments_harborinstance_trust", args=[instance.pk]))
    command = text.context["command"]
    script = client.get(reverse("deployments:trust-script", args=[instance.uuid])).content

    assert f"https://console.example.com/registries/{instance.uuid}/trust.sh" in command
    assert hashlib.sha256(script).hexdigest() in command
    check = command.split(" && ")[1]
    for content, code in ((script, 0), (script + b"rm -rf /", 1)):
        (tmp_path / "trust.sh").write_bytes(content)
        assert subprocess.run(["sh", "-c", check], cwd=tmp_path, check=False,
                              capture_output=True).returncode == code


def test_the_page_says_when_there_is_nothing_to_trust_yet(ben):
    instance = make_instance()

    text = ben.get(reverse("admin:deployments_harborinstance_trust", args=[instance.pk]))

    assert "No certificate yet" in text.content.decode()


def test_the_page_needs_the_right_to_see_the_instance(client, instance):
    client.force_login(User.objects.create(username="eve", is_staff=True))

    answer = client.get(reverse("admin:deployments_harborinstance_trust", args=[instance.pk]))

    assert answer.status_code == 404
