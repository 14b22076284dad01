"""An operation's log for a terminal, as it grows."""

import time
from collections.abc import Iterator

from operations.models import CheckResult, LogLine, Operation, StepRun

_LOOK_EVERY = 0.25


def lines_until_the_end(operation: Operation, *, after: int = 0) -> Iterator[LogLine]:
    """Every line after number `after`, until the operation has ended; refreshes `operation`."""
    while True:
        operation.refresh_from_db()
        # Read before the lines: an end seen here has all its lines written.
        ended = not operation.is_unfinished
        for line in LogLine.objects.filter(operation=operation, number__gt=after).order_by(
            "number"
        ):
            after = line.number
            yield line
        if ended:
            return
        time.sleep(_LOOK_EVERY)


def summary_of(operation: Operation) -> Iterator[str]:
    """One line per step with its time, then one per check: name, result, duration, evidence."""
    for step in StepRun.objects.filter(operation=operation).order_by("position"):
        took = ""
        if step.started_at and step.finished_at:
            took = f"{(step.finished_at - step.started_at).total_seconds():.1f} s"
        yield f"{step.slug:<24}{step.state:<10}{took:>9}"
    for check in CheckResult.objects.filter(operation=operation).order_by("at"):
        yield f"{check.slug} {check.state} {check.duration_ms / 1000:.2f} s {check.evidence}"
