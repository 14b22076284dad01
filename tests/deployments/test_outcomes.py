"""The end of an operation moves the instance."""

import pytest

from deployments.models import HarborInstance
from operations.models import Operation
from operations.signals import operation_finished
from tests.deployments.rows import make_instance

pytestmark = pytest.mark.django_db
State = HarborInstance.State


def end(kind: str, state: str, before: str) -> str:
    instance = make_instance(state=before)
    operation = Operation.objects.create(kind=kind, state=state, subject=instance)
    operation_finished.send(sender=Operation, operation=operation)
    instance.refresh_from_db()
    return instance.state


@pytest.mark.parametrize(("kind", "ended", "before", "after"), [
    ("deploy", "succeeded", State.DEPLOYING, State.RUNNING),
    ("deploy", "failed", State.DEPLOYING, State.FAILED),
    ("deploy", "cancelled", State.DEPLOYING, State.FAILED),
    ("self-test", "succeeded", State.DEGRADED, State.RUNNING),
    ("self-test", "failed", State.RUNNING, State.DEGRADED),
    ("self-test", "cancelled", State.RUNNING, State.RUNNING),
    ("stop", "succeeded", State.RUNNING, State.STOPPED),
    ("start", "succeeded", State.STOPPED, State.RUNNING),
    ("start", "failed", State.STOPPED, State.DEGRADED),
    ("retire", "succeeded", State.RUNNING, State.RETIRED),
    ("retire", "failed", State.RUNNING, State.FAILED),
    ("something-else", "succeeded", State.RUNNING, State.RUNNING),
])
def test_state_after(kind, ended, before, after):
    assert end(kind, ended, before) == after
