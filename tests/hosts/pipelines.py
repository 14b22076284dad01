"""Pipelines of this room's tests: those of hosts, and one that also prepares volumes."""

from dataclasses import replace

from hosts.image_pipelines import PIPELINES as IMAGES
from hosts.pipelines import PIPELINES as HOSTS
from hosts.pipelines import claims_of
from hosts.steps import (
    delete_host,
    delete_volumes,
    detach_volumes,
    prepare_volumes,
    provision_host,
    reach_docker,
)
from hosts.volume_pipelines import PIPELINES as VOLUMES
from operations.pipeline import Pipeline, Step


def pipeline(kind, *works):
    steps = tuple(
        Step(slug=work.__name__.replace("_", "-"), title=work.__name__, work=work)
        for work in works
    )
    return Pipeline(
        kind=kind, title=kind, subject_model="hosts.DockerHost", steps=steps, claims=claims_of,
        permission="hosts.provision_dockerhost",
    )


PIPELINES = (
    *HOSTS,
    *IMAGES,
    *VOLUMES,
    pipeline("make", provision_host),
    pipeline("reach", reach_docker),
    pipeline("volumes", prepare_volumes),
    pipeline("all", provision_host, reach_docker, prepare_volumes),
    pipeline("detach", detach_volumes),
    pipeline("clear", detach_volumes, delete_volumes, delete_host),
)
# The simulator's machines have no engine that could be reached.
WITHOUT_ENGINES = tuple(
    replace(each, steps=tuple(step for step in each.steps if step.work is not reach_docker))
    for each in PIPELINES
)
