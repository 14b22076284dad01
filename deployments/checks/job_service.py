"""Harbor's jobs run: a garbage collection that only counts succeeds."""

from deployments.clients import harbor
from harbor.api import HarborError
from operations.errors import CheckFailed, StepFailed
from operations.run import Run

_LIMIT = 120.0
_ENDED = ("Success", "Error", "Stopped")


def check_job_service(run: Run) -> str:
    """core → queue → jobservice → registryctl, and a job log that can be read; deletes nothing."""
    client = harbor(run)
    run.checkpoint()
    job = client.start_gc(dry_run=True)
    try:
        status = run.wait_until(
            lambda: (found := client.gc_status(job)) in _ENDED and found,
            what=f"the dry run number {job}", timeout=_LIMIT,
        )
    except StepFailed as error:
        raise CheckFailed(
            f"The dry run number {job} did not end: it is {client.gc_status(job) or 'unknown'}.",
            advice="Open the logs of harbor-jobservice and redis.",
        ) from error
    if status != "Success":
        raise CheckFailed(
            f"The dry run number {job} ended with {status}.",
            advice="Open its log in Harbor under Clean Up; when it has none, the container log of "
                   "harbor-jobservice.",
            detail=_log_of(run, job)[-2000:],
        )
    lines = [line for line in _log_of(run, job).splitlines() if line.strip()]
    if not lines:
        raise CheckFailed(
            f"The dry run number {job} succeeded but left no log.",
            advice="Check that harbor-jobservice can write to its volume at /var/log/jobs.",
        )
    return f"Dry run number {job} succeeded; its log has {len(lines)} lines"


def _log_of(run: Run, job: int) -> str:
    """The job's log; empty when it left none, which must not hide how it ended."""
    try:
        return harbor(run).gc_log(job)
    except HarborError:
        return ""
