"""People and a group to do things with."""

import tempfile
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User

from operations import services
from tests.operations.processes import Console


def pytest_configure(config):
    config.addinivalue_line("markers", "processes: starts workers and kills them; takes a minute")


@pytest.fixture(autouse=True)
def _our_pipelines(settings):
    settings.PIPELINES = "tests.operations.pipelines.PIPELINES"


@pytest.fixture(autouse=True)
def _collected_files(settings, tmp_path):
    """WhiteNoise warns about a folder that is not there."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def group(db):
    return Group.objects.create(name="sailors")


@pytest.fixture
def ada(db):
    """She operates: may see and do everything here."""
    user = User.objects.create_user("ada", password="a-long-password")
    user.user_permissions.add(*Permission.objects.filter(codename__in=("change_group",)))
    user.user_permissions.add(
        *Permission.objects.filter(codename="view_operation", content_type__app_label="operations")
    )
    return user


@pytest.fixture
def ben(group):
    """He is in the group and may see what is the group's."""
    user = User.objects.create_user("ben", password="a-long-password")
    user.groups.add(group)
    return user


@pytest.fixture
def eve(db):
    """A stranger with an account."""
    return User.objects.create_user("eve", password="a-long-password")


@pytest.fixture
def start(group):
    def start_one(kind="build", subject=group, **parameters):
        return services.start(kind, subject, parameters=parameters)

    return start_one


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def console(transactional_db, monkeypatch, settings):
    """A Valkey and whatever processes the test starts; the socket's path must be short."""
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        found = Console(Path(folder))
        found.use_in_this_process(monkeypatch, settings)
        found.start_valkey()
        yield found
        found.close()
