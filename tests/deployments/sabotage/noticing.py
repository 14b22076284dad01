"""What a self-test must say of a fault."""

from collections.abc import Callable
from pathlib import Path

from deployments import services
from deployments.models import HarborInstance
from operations.models import Operation
from tests.deployments.lab_rows import told
from tests.deployments.sabotage.place import Fault, Place


def assert_noticed(
    fault: Fault, instance: HarborInstance, folder: Path,
    carry_out: Callable[[Operation], Operation],
) -> None:
    """Exactly the checks of `fault` fail, and each says what it found and what to do.

    So every test also proves that the fault before it was put right.
    """
    with fault.sabotage(Place(instance, folder)):
        operation = carry_out(services.self_test(instance))

    failed = {check.slug: check for check in operation.checks.filter(state="failed")}
    assert failed.keys() == fault.failing.keys(), told(operation)
    for slug, words in fault.failing.items():
        assert failed[slug].advice, f"{slug} has no advice"
        assert words in failed[slug].advice, f"{slug} advises: {failed[slug].advice}"
    assert all(check.evidence for check in operation.checks.all()), told(operation)
    assert operation.state == Operation.State.FAILED
    instance.refresh_from_db()
    assert instance.state == HarborInstance.State.DEGRADED
