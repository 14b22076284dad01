"""What one deployment took, step by step, and its table."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import print_table
from benchmarks.tracing import seconds_of
from operations.models import Operation, StepRun

Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """When the worker waited for the outside world."""

    said: list[Interval]  # measured by the steps themselves
    unsaid: list[tuple[float, float, str]]  # not measured by them, and which line caused it

    @classmethod
    def of(cls, path: Path) -> "Trace":
        notes = [json.loads(line) for line in path.read_text().splitlines()]
        return cls(
            said=[(n["began"], n["ended"]) for n in notes if n["said"]],
            unsaid=[(n["began"], n["ended"], n["by"]) for n in notes if not n["said"]],
        )

    def outside(self, begin: float, end: float) -> float:
        every = self.said + [(began, ended) for began, ended, _ in self.unsaid]
        return seconds_of(every, begin, end)

    def not_said(self, begin: float, end: float) -> Counter[str]:
        """Cause → seconds that no run.outside or run.wait_until covers."""
        found: Counter[str] = Counter()
        for began, ended, cause in self.unsaid:
            if begin <= began and ended <= end:
                found[cause] += ended - began - seconds_of(self.said, began, ended)
        return found


@dataclass(frozen=True, kw_only=True)
class Took:
    """One step, in seconds; `own` is what is left when the outside world is taken away."""

    slug: str
    wall: float
    outside: float
    not_said: Counter[str]

    @property
    def own(self) -> float:
        return self.wall - self.outside


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One deployment, from the click to the end of the self-test."""

    click_to_end: float
    click_to_start: float  # until the first step began: rows, queue, worker
    steps: list[Took]
    busy: float  # CPU of the worker and of compose: what does not depend on who else is busy

    @property
    def own(self) -> float:
        """Also counts what passed before the first step and between the steps."""
        return self.click_to_end - sum(step.outside for step in self.steps)


def steps_of(operation: Operation, trace: Trace) -> list[Took]:
    """Every step that ran."""
    found = []
    for step in operation.steps.exclude(state=StepRun.State.SKIPPED):
        span = step.started_at.timestamp(), step.finished_at.timestamp()
        found.append(Took(
            slug=step.slug, wall=span[1] - span[0], outside=trace.outside(*span),
            not_said=trace.not_said(*span),
        ))
    return found


def print_steps(title: str, measured: Measured) -> None:
    start = f"{measured.click_to_start:.1f}"
    rows: list[Sequence[object]] = [["click to first step", start, "0.0", start, "0.0"]]
    rows += [
        [s.slug, f"{s.wall:.1f}", f"{s.outside:.1f}", f"{s.own:.1f}",
         f"{s.not_said.total():.1f}"]
        for s in measured.steps
    ]
    whole = measured.click_to_end
    unsaid = sum((step.not_said for step in measured.steps), Counter())
    rows.append(["click to verified", f"{whole:.1f}", f"{whole - measured.own:.1f}",
                 f"{measured.own:.1f}", f"{unsaid.total():.1f}"])
    print_table(
        f"{title}, seconds; CPU of worker and compose {measured.busy:.1f} s",
        ["step", "wall", "outside", "own", "outside, not measured by the step"], rows,
    )
    print("Outside calls that no run.outside() measures:")
    for cause, seconds in unsaid.most_common(15):
        print(f"- {seconds:.1f} s {cause or 'before or between steps'}")
