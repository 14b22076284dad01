"""A folder of releases, and Ada who may add to it."""

import pytest
from django.contrib.auth.models import Permission, User

from operations import runner
from operations.models import Operation


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.PIPELINES = "config.pipelines.PIPELINES"
    settings.RELEASES_DIR = tmp_path / "releases"
    settings.RELEASES_DIR.mkdir()
    settings.RELEASES_KEEP_FREE = 0
    return settings.RELEASES_DIR


@pytest.fixture(autouse=True)
def _without_redis(monkeypatch):
    """Nothing is enqueued: the tests carry operations out themselves."""
    monkeypatch.setattr("operations.queueing.enqueue", lambda operation: True)
    monkeypatch.setattr("operations.doorbell.ring", lambda uuid: None)


@pytest.fixture
def ada(db):
    user = User.objects.create_user("ada", is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(
            codename__in=("add_release", "view_release", "view_operation", "view_incomingarchive")
        )
    )
    return user


@pytest.fixture
def carry_out():
    """Run an operation, or all that are queued, to the end in this very process."""

    def run(operation=None):
        queued = [operation] if operation else Operation.objects.filter(state="queued")
        for one in list(queued):
            runner.execute(one.pk, threads=False)
            one.refresh_from_db()
        return operation

    return run
