"""Runs a pipeline from its take-over to its end, and records how it ended."""

import logging
import time
from contextlib import ExitStack
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.functions import Now
from django.utils import timezone

from lib.errors import ServiceError
from operations import claims
from operations.endings import enqueue_after_commit, tell_the_end, wake_the_waiting
from operations.errors import Cancelled, DatabaseAway, HandedOver, TakenOver
from operations.hold import Hold, Lease
from operations.models import LogLine, Operation, StepRun
from operations.outcome import problem_of
from operations.pipeline import Pipeline
from operations.run import Run
from operations.run_steps import end_step, run_steps
from operations.takeover import refuse, take_over, what_to_do

logger = logging.getLogger(__name__)

State = Operation.State


def execute(operation_id: int, *, threads: bool = True) -> None:
    """Take over a queued operation and run it to its end; nothing when another has it.

    Without `threads` no lease is renewed and log lines are written at once: for tests that keep
    everything in one transaction.
    """
    operation = Operation.objects.get(pk=operation_id)
    known: list[tuple[Pipeline, Model, bool]] = []
    problem = problem_of(
        lambda: known.append(_take(operation)), what=f"“{operation.title}”", redact=str
    )
    if problem:
        refuse(operation, problem)
        return
    pipeline, subject, is_ours = known[0]
    if not is_ours:
        return
    run = Run(operation, hold=Hold(operation), subject=subject)
    try:
        with ExitStack() as background:
            if threads:
                background.enter_context(Lease(run.hold))
            _run_to_the_end(run, pipeline, threads=threads)
    except (TakenOver, DatabaseAway) as news:
        logger.warning("%s Nothing more is written by this process.", news)


def _take(operation: Operation) -> tuple[Pipeline, Model, bool]:
    pipeline, subject, wanted = what_to_do(operation)
    return pipeline, subject, take_over(operation, wanted)


def _run_to_the_end(run: Run, pipeline: Pipeline, *, threads: bool) -> None:
    started = time.monotonic()
    with ExitStack() as background:
        if threads:
            background.enter_context(run.log_of_run)
        try:
            state, problem = _carry_out(run, pipeline)
        finally:
            _close(run)
        run.step = StepRun()
        _say_the_end(run, state, time.monotonic() - started)
    if state == State.QUEUED:
        _hand_over(run)
    else:
        _finish(run, state, problem)


def _carry_out(run: Run, pipeline: Pipeline) -> tuple[str, ServiceError | None]:
    """The state it ends in, and why; QUEUED when another worker is to go on."""
    _say_the_beginning(run)
    try:
        problem = run_steps(run, pipeline)
    except Cancelled as news:
        problem = ServiceError(str(news))
        end_step(run, StepRun.State.FAILED, problem)
        return State.CANCELLED, problem
    except HandedOver:
        end_step(run, StepRun.State.PENDING, None)
        return State.QUEUED, None
    return (State.FAILED if problem else State.SUCCEEDED), problem


def _close(run: Run) -> None:
    problem = problem_of(run.close, what="Closing the connections", redact=run.redact)
    if problem:
        logger.warning("%s", run.redact(problem.message))


def _say_the_beginning(run: Run) -> None:
    operation = run.operation
    again = f", attempt {operation.attempt}" if operation.attempt > 1 else ""
    who = f" for {operation.requested_by}" if operation.requested_by else ""
    run.log(f"{operation.title}{who}{again}")


def _say_the_end(run: Run, state: str, seconds: float) -> None:
    minutes, rest = divmod(round(seconds), 60)
    if state == State.QUEUED:
        run.log("This worker ends; another one goes on here.", level=LogLine.Level.WARNING)
        return
    level = LogLine.Level.INFO if state == State.SUCCEEDED else LogLine.Level.WARNING
    run.log(f"{State(state).label} after {minutes}:{rest:02}.", level=level)


def _finish(run: Run, state: str, problem: ServiceError | None) -> None:
    """Record the end and let go of the claims, then tell who waits."""
    ending: dict[str, Any] = {
        "state": state,
        "finished_at": timezone.now(),
        "lease_until": None,
        "reason": run.redact(problem.message) if problem else "",
        "advice": run.redact(problem.advice) if problem else "",
    }
    _write_the_end(run, ending)
    tell_the_end(run.operation)


def _hand_over(run: Run) -> None:
    """Back to the queue, holding nothing, as if it had never been taken."""
    _write_the_end(run, {"state": State.QUEUED, "lease_until": None, "queued_at": Now()})
    enqueue_after_commit(run.operation)
    wake_the_waiting()


def _write_the_end(run: Run, ending: dict[str, Any]) -> None:
    with transaction.atomic():
        claims.release(run.operation)
        with run.hold.writing(**ending):
            pass
    run.operation.refresh_from_db()
