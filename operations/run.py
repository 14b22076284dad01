"""What a step is handed: the operation, its subject, the log, clients, and the right to go on."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import override

from lib.errors import GaveUp
from lib.redact import Redactor
from lib.waiting import wait_until
from operations.errors import StepFailed
from operations.hold import Hold
from operations.log import Log
from operations.models import LogLine, Operation, StepRun
from operations.run_checks import ChecksOfARun

Value = TypeVar("Value")

# Progress and activity are worth a write four times a second, not for each chunk of a transfer.
_SAVE_EVERY = 0.25


class Run(ChecksOfARun):
    """One attempt at one operation, as the steps see it."""

    def __init__(self, operation: Operation, *, hold: Hold, subject: Model) -> None:
        self.operation = operation
        self.subject = subject
        self.hold = hold
        self.redact = Redactor()
        self.log_of_run = Log(operation, hold, self.redact)
        self.step = StepRun(operation=operation, slug="", title="", position=0)
        self._resources: dict[str, Any] = {}
        self._stack = ExitStack()
        self._saved_at = 0.0

    @property
    def parameters(self) -> dict[str, Any]:
        return self.operation.parameters

    @property
    def facts(self) -> dict[str, Any]:
        """What the current step has recorded, also in an earlier attempt."""
        return self.step.facts

    def log(self, text: str, level: str = LogLine.Level.INFO) -> None:
        """Say to the operator what was done, on what, with what result."""
        self.log_of_run.write(text, level=level, step=self.step.slug)

    def keep_secret(self, value: str | None) -> None:
        """Never let `value` reach the log, a reason or an evidence."""
        self.redact.add(value)

    def checkpoint(self) -> None:
        """Call right before each change of the outside world; raises Stopped to prevent it."""
        self.hold.check()

    def record(self, **facts: Any) -> None:
        """Keep what the step learned, at once; for ids and choices, never for secrets."""
        clean = json.loads(self.redact(json.dumps(facts)))
        self.step.facts = {**self.step.facts, **clean}
        self.save_step("facts")

    def fact(self, step_slug: str, key: str, default: Any = None) -> Any:
        """What another step of this operation has recorded."""
        step = StepRun.objects.filter(operation=self.operation, slug=step_slug).first()
        return step.facts.get(key, default) if step else default

    def progress(self, done: int, total: int | None = None, unit: str = "") -> None:
        """How far the step is, in `unit`: "bytes", "images" or ""."""
        self.step.done, self.step.total, self.step.unit = done, total, unit
        self._save_now_and_then("done", "total", "unit")

    def activity(self, text: str) -> None:
        """What the step does right now, for a person who watches."""
        self.step.activity = self.redact(text)[:300]
        self._save_now_and_then("activity")

    def wait_until(
        self, probe: Callable[[], Value | None], *, what: str, timeout: float,
        interval: float = 1.0, advice: str = "",
    ) -> Value:
        """The first truthy answer of `probe`; StepFailed with `advice` after `timeout` seconds."""
        started = time.monotonic()
        self.step.activity = self.redact(f"Waiting for {what}")[:300]
        self.save_step("activity")
        try:
            return wait_until(
                probe, what=what, timeout=timeout, interval=interval, checkpoint=self.checkpoint
            )
        except GaveUp as error:
            raise StepFailed(
                error.message, advice=advice or error.advice, detail=error.detail
            ) from error
        finally:
            self.step.waited_ms += _milliseconds_since(started)
            self.step.activity = ""

    @contextmanager
    def outside(self, what: str) -> Iterator[None]:
        """Measure a call of the outside world and show `what` meanwhile."""
        started, before = time.monotonic(), self.step.activity
        self.activity(what)
        try:
            yield
        finally:
            self.step.outside_ms += _milliseconds_since(started)
            self.step.activity = before

    def resource(self, key: str, opener: Callable[[], Value]) -> Value:
        """What `opener` opens, once per run; closed at the run's end."""
        if key not in self._resources:
            opened = opener()
            if hasattr(opened, "__enter__"):
                opened = self._stack.enter_context(opened)
            elif hasattr(opened, "close"):
                self._stack.callback(opened.close)
            self._resources[key] = opened
        return self._resources[key]

    def close(self) -> None:
        """Close every resource, the last opened first."""
        self._resources.clear()
        self._stack.close()

    def enter(self, step: StepRun) -> None:
        """Make `step` the current one, with a subject as it is now."""
        self.step = step
        if type(self.subject)._base_manager.filter(pk=self.subject.pk).exists():
            self.subject.refresh_from_db()

    def save_step(self, *fields: str) -> None:
        """Write these fields of the current step; TakenOver when the operation is not ours."""
        self._saved_at = time.monotonic()
        with self.hold.writing():
            self.step.save(update_fields=[*fields, "outside_ms", "waited_ms"])
        self.log_of_run.nudge()

    def _save_now_and_then(self, *fields: str) -> None:
        if time.monotonic() - self._saved_at >= _SAVE_EVERY:
            self.save_step(*{*fields, "done", "total", "unit", "activity"})


def in_english(text: Any) -> str:
    """A translated title as it is stored: the page translates it for each reader."""
    with override("en"):
        return str(text)


def _milliseconds_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
