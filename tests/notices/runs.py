"""Runs an operation to its end in this process."""

from operations import runner
from operations.models import Operation


def run(operation: Operation) -> Operation:
    runner.execute(operation.pk, threads=False)
    operation.refresh_from_db()
    return operation
