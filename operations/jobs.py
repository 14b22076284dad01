"""What the workers execute: an id, and the runner does the rest."""

from operations import runner


def run_operation(operation_id: int) -> None:
    runner.execute(operation_id)
