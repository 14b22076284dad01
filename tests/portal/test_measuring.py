"""What projects use is asked once an hour, of each registry once."""

import pytest

from operations import runner
from operations import services as operations
from operations.schedules import ensure_schedule
from portal.measuring import is_anything_to_measure
from portal.models import Project
from tests.portal.conftest import a_project

pytestmark = pytest.mark.django_db


def measure():
    schedule = ensure_schedule("measure-use", kind="measure-use", every_minutes=60)
    operation = operations.start("measure-use", schedule)
    runner.execute(operation.pk, threads=False)
    operation.refresh_from_db()
    return operation


def test_what_harbor_says_is_noted(delivered, tenants):
    assert not is_anything_to_measure()
    delivered(a_project())

    assert measure().state == "succeeded"

    project = Project.objects.get()
    assert project.used_bytes == 1024
    assert project.used_at is not None


def test_a_registry_that_is_away_keeps_its_figures(delivered, tenants, registry):
    delivered(a_project())
    Project.objects.update(used_bytes=5)
    registry.host.address = ""
    registry.host.save()

    operation = measure()

    assert operation.state == "succeeded"
    assert operation.lines.filter(level="warning").exists()
    assert Project.objects.get().used_bytes == 5
