"""Run every check; the step fails when one fails, after all have run."""

from django.utils import timezone

from deployments.checklist import CHECKS
from deployments.clients import keep_secrets
from deployments.selftest import tidy_up
from operations.errors import StepFailed
from operations.run import Run


def self_test(run: Run) -> None:
    """All checks leave their evidence; what they made is removed again."""
    keep_secrets(run)
    failed = []
    try:
        for number, check in enumerate(CHECKS):
            run.progress(number, len(CHECKS), "checks")
            run.activity(str(check.title))
            if not run.check(check.slug, str(check.title), check.work, advice=check.advice):
                failed.append(check.slug)
    finally:
        # Another attempt has taken over: what lies there may be its own.
        if not run.hold.lost.is_set():
            tidy_up(run)
    run.progress(len(CHECKS), len(CHECKS), "checks")
    run.subject.record(tested_at=timezone.now())
    if failed:
        raise StepFailed(
            f"{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}.",
            advice="Each check says what it found and what to do.",
        )
    run.log(f"All {len(CHECKS)} checks are done and none failed")
