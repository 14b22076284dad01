"""The part of a run that carries out checks and keeps their evidence."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import override

from lib.errors import ServiceError
from operations.errors import Skipped, Warned
from operations.models import CheckResult, LogLine
from operations.outcome import problem_of

if TYPE_CHECKING:
    from operations.run import Run

State = CheckResult.State
_LEVELS = {State.FAILED: LogLine.Level.ERROR, State.WARNING: LogLine.Level.WARNING}


class ChecksOfARun:
    """Mixed into Run: `run.check` looks at one thing and stores what it saw."""

    def check(
        self: "Run", slug: str, title: Any, function: Callable[["Run"], str], *, advice: str = ""
    ) -> bool:
        """Store the CheckResult of `function`; True when it passed, warned or does not apply.

        `function` returns one sentence of evidence, or raises CheckFailed, Warned or Skipped.
        `advice` is given for a failure that brings none of its own.
        """
        self.checkpoint()
        with override("en"):
            name = str(title)
        self.activity(f"Checking: {name}")
        found: list[str] = []
        started = time.monotonic()
        problem = problem_of(
            lambda: found.append(function(self)), what=f"Check “{name}”", redact=self.redact
        )
        if _state_of(problem) == State.FAILED:
            problem.advice = problem.advice or advice
        duration = round((time.monotonic() - started) * 1000)
        result = self._keep(slug, name, duration, problem, found[0] if found else "")
        told = f"{name}: {result.get_state_display().lower()}. {result.evidence}"
        self.log(told, level=_LEVELS.get(result.state, LogLine.Level.INFO))
        return result.state != State.FAILED

    def _keep(
        self: "Run", slug: str, name: str, duration: int, problem: ServiceError | None, seen: str
    ) -> CheckResult:
        with self.hold.writing():
            result, _ = CheckResult.objects.update_or_create(
                operation=self.operation,
                slug=slug,
                defaults={
                    "title": name,
                    "state": _state_of(problem),
                    "duration_ms": duration,
                    "evidence": self.redact(problem.message if problem else seen or ""),
                    "advice": self.redact(problem.advice if problem else ""),
                    "detail": self.redact(problem.detail if problem else ""),
                },
            )
        self.log_of_run.nudge()
        return result


def _state_of(problem: ServiceError | None) -> str:
    if problem is None:
        return State.PASSED
    if isinstance(problem, Skipped):
        return State.SKIPPED
    return State.WARNING if isinstance(problem, Warned) else State.FAILED
