"""Each action of the admin also as a command."""

import io

import pytest
from django.core.management import CommandError, call_command

from deployments.models import HarborInstance, Release
from operations.models import Operation
from tests.deployments.rows import make_instance
from tests.harbor.test_archive import images, installer

pytestmark = pytest.mark.django_db


def said(*arguments: str, **options: object) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output, **options)
    return output.getvalue()


def test_deploy_starts_the_operation_and_names_it():
    make_instance()

    output = said("deploy", "acme", "--no-follow")

    assert str(Operation.objects.get(kind="deploy").uuid) in output


def test_deploy_tells_every_problem():
    make_instance(cluster=None)

    with pytest.raises(CommandError, match="Choose a cluster"):
        said("deploy", "acme", "--no-follow")


def test_an_unknown_name_gets_the_known_ones():
    make_instance()

    with pytest.raises(CommandError, match="There are: acme"):
        said("self_test", "acne")


def test_self_test_is_started_for_a_running_registry():
    make_instance(state=HarborInstance.State.RUNNING)

    said("self_test", "acme", "--no-follow")

    assert Operation.objects.get().kind == "self-test"


def test_retire_wants_the_right_name():
    make_instance(state=HarborInstance.State.RUNNING)

    with pytest.raises(CommandError, match="Type the name"):
        said("retire", "acme", "--yes", "acne")

    assert not Operation.objects.exists()


def test_an_archive_is_copied_and_registered(settings, tmp_path):
    settings.RELEASES_DIR = tmp_path / "releases"

    output = said("add_release", str(installer(tmp_path, images())))

    assert "Harbor v2.15.2: 2 images" in output
    assert Release.objects.get().archive_path.is_file()


def test_a_broken_archive_is_refused_with_the_reason(settings, tmp_path):
    settings.RELEASES_DIR = tmp_path / "releases"
    path = tmp_path / "notes.tgz"
    path.write_text("hello")

    with pytest.raises(CommandError, match="cannot be read"):
        said("add_release", str(path))
