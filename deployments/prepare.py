"""Calls of Harbor's prepare image by a run: its messages go to the log, its failures are told."""

from collections.abc import Iterator
from contextlib import contextmanager

from deployments.clients import engine
from deployments.configuration import LAYOUT
from harbor import prepare
from operations.errors import StepFailed, TakenOver
from operations.run import Run

_LIMIT = 300.0


def run_prepare(run: Run, binds: list[str], *, what: str) -> None:
    """One call of `prepare`. Raises StepFailed with its last words when it does not end well."""
    run.activity(f"Harbor's prepare: {what}")
    run.checkpoint()
    with run.outside("prepare"):
        result = engine(run).run_once(
            run.subject.release.prepare_image(), prepare.COMMAND, binds=binds, timeout=_LIMIT
        )
    lines = [line.rstrip() for line in result.output.splitlines() if line.strip()]
    if result.exit_code:
        for line in lines[-50:]:
            run.log(f"prepare: {line}", level="error")
        reason = lines[-1] if lines else "it said nothing"
        raise StepFailed(
            f"Harbor's prepare failed ({what}) with exit code {result.exit_code}: {reason}",
            advice="The lines above are its own words. What it changed was put back.",
        )
    run.log(f"prepare: {what}: done, {len(lines)} lines")


def run_script(run: Run, script: prepare.Script) -> str:
    """What a small program printed that ran on the host's folders with the prepare image."""
    result = engine(run).run_once(
        run.subject.release.prepare_image(), script.command, entrypoint=prepare.ENTRYPOINT,
        binds=script.binds, timeout=_LIMIT,
    )
    if result.exit_code:
        raise StepFailed(
            f"A helper on {run.subject.host} failed with exit code {result.exit_code}.",
            detail=result.output[-2000:],
        )
    return result.output


@contextmanager
def restore_on_failure(run: Run) -> Iterator[None]:
    """Whatever fails inside, configuration and certificate of a running Harbor are put back."""
    run.checkpoint()
    run_script(run, prepare.keep_copies(LAYOUT))
    try:
        yield
    except TakenOver:
        raise
    except BaseException:
        run_script(run, prepare.put_copies_back(LAYOUT))
        run.log("Put the former configuration and certificate back", level="warning")
        raise
