"""Settings of the worker processes a test starts: the test's database, Redis and pipelines."""

import json
import os

from config.settings import *  # noqa: F403

DATABASES = {"default": json.loads(os.environ["TEST_DATABASE"])}
PIPELINES = "tests.operations.pipelines.PIPELINES"
