"""The rebuild as far as the simulator goes: its machines have no engine."""

from dataclasses import replace

from deployments.pipelines import REBUILD_HOST

PIPELINES = (replace(REBUILD_HOST, steps=REBUILD_HOST.steps[:3]),)
