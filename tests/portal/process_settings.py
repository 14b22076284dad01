"""Settings of the worker processes a test starts: its database and Redis, the real pipelines."""

from tests.operations.process_settings import *  # noqa: F403

PIPELINES = "config.pipelines.PIPELINES"
