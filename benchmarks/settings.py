"""The console's own settings, with one more pipeline: the one that talks."""

import os
from pathlib import Path

from benchmarks import tracing
from config.settings import *  # noqa: F403

PIPELINES = "benchmarks.pipelines.PIPELINES"
TRACE = os.environ.get("SLIPWAY_TRACE", "")
if TRACE:
    tracing.install(Path(TRACE))
