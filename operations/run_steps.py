"""Walks through the steps: skips what is done, stops at the first failure, resumes there."""

from django.utils import timezone

from lib.errors import ServiceError
from operations.models import LogLine, StepRun
from operations.outcome import problem_of
from operations.pipeline import Pipeline, Step
from operations.run import Run, in_english


def run_steps(run: Run, pipeline: Pipeline) -> ServiceError | None:
    """The problem of the first step that failed; None when all are done."""
    for position, step in enumerate(pipeline.steps):
        record = _record_of(run, step, position)
        if record.is_over:
            continue
        problem = _run_step(run, step, record)
        if problem:
            return problem
    return None


def _record_of(run: Run, step: Step, position: int) -> StepRun:
    with run.hold.writing():
        record, _ = StepRun.objects.get_or_create(
            operation=run.operation,
            slug=step.slug,
            defaults={"position": position, "title": in_english(step.title)},
        )
    return record


def _run_step(run: Run, step: Step, record: StepRun) -> ServiceError | None:
    run.enter(record)
    run.checkpoint()
    title = record.title
    needed: list[bool] = []
    problem = problem_of(
        lambda: needed.append(step.needed(run)), what=f"Step “{title}”", redact=run.redact
    )
    if not problem and not needed[0]:
        end_step(run, StepRun.State.SKIPPED, None)
        run.log(f"{title}: not needed.")
        return None
    _begin_step(run)
    run.log(f"{title} …")
    problem = problem or problem_of(
        lambda: step.work(run), what=f"Step “{title}”", redact=run.redact
    )
    if problem:
        run.log(problem.message, level=LogLine.Level.ERROR)
    end_step(run, StepRun.State.FAILED if problem else StepRun.State.DONE, problem)
    return problem


def _begin_step(run: Run) -> None:
    """Recorded before the work, so that a crash shows where it happened."""
    step = run.step
    step.state, step.started_at, step.finished_at = StepRun.State.RUNNING, timezone.now(), None
    step.reason = step.advice = step.detail = step.activity = step.unit = ""
    step.done, step.total = 0, None
    run.save_step(
        *("state", "started_at", "finished_at", "reason", "advice", "detail", "activity"),
        *("done", "total", "unit"),
    )


def end_step(run: Run, state: str, problem: ServiceError | None) -> None:
    step = run.step
    if not step.pk:  # cancelled before the first step
        return
    step.state, step.finished_at, step.activity = state, timezone.now(), ""
    step.reason = run.redact(problem.message) if problem else ""
    step.advice = run.redact(problem.advice) if problem else ""
    step.detail = run.redact(problem.detail) if problem else ""
    run.save_step(
        *("state", "finished_at", "activity", "reason", "advice", "detail"),
        *("done", "total", "unit"),
    )
