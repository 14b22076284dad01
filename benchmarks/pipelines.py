"""A pipeline that does nothing but talk, at a given rate."""

import time
from pathlib import Path

from django.conf import settings

from benchmarks import tracing
from config.pipelines import PIPELINES as REAL
from operations.pipeline import Pipeline, Step
from operations.run import Run


def talk(run: Run) -> None:
    """Log `lines` numbered lines at `rate` a second; each carries the time it was said."""
    rate, began = run.parameters["rate"], time.time()
    for number in range(1, run.parameters["lines"] + 1):
        pause = began + (number - 1) / rate - time.time()
        if pause > 0:
            time.sleep(pause)
        run.log(f"said {number} at {time.time() * 1000:.2f}")


TALK = Pipeline(
    kind="talk",
    title="Talk",
    subject_model="auth.Group",
    permission="operations.change_operation",
    steps=(Step(slug="talk", title="Talk", work=talk),),
)

PIPELINES = (*REAL, TALK)

# Imported by the process that runs the steps, once everything else is there.
if settings.TRACE:
    tracing.install_in_run(Path(settings.TRACE))
