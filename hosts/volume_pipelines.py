"""The stories of a single volume: grown while it is used, deleted when nobody does, measured."""

from django.utils.translation import gettext_lazy as _

from hosts.measuring import measurable
from hosts.steps.grow_volume import check_growth, grow_disk, grow_filesystem
from hosts.steps.kept_volumes import delete_volume
from hosts.steps.measure_volumes import measure_volumes
from operations.models import Operation
from operations.pipeline import Claimed, Pipeline, Step

_SUBJECT = "hosts.Volume"


def claims_of(operation: Operation) -> list[Claimed]:
    """The volume for itself; its host and its Prism together with others."""
    volume = operation.subject
    claims = [Claimed(key=f"volume:{volume.uuid}")]
    if volume.host:
        claims.append(Claimed(key=f"host:{volume.host.uuid}", shared=True))
    if volume.cluster:
        claims.append(Claimed(key=f"prism:{volume.cluster.prism_id}", shared=True))
    return claims


GROW_VOLUME = Pipeline(
    kind="grow-volume",
    title=_("Grow the volume"),
    subject_model=_SUBJECT,
    permission="hosts.grow_volume",
    claims=claims_of,
    steps=(
        Step(slug="check-growth", title=_("Check the new size"), work=check_growth),
        Step(slug="grow-disk", title=_("Grow the disk in Prism"), work=grow_disk),
        Step(slug="grow-filesystem", title=_("Grow the file system"), work=grow_filesystem),
    ),
)

DELETE_VOLUME = Pipeline(
    kind="delete-volume",
    title=_("Delete the volume"),
    subject_model=_SUBJECT,
    permission="hosts.erase_volume",
    claims=claims_of,
    steps=(Step(slug="delete-volume", title=_("Delete the volume"), work=delete_volume),),
)

MEASURE_VOLUMES = Pipeline(
    kind="measure-volumes",
    title=_("Measure the volumes"),
    subject_model="operations.Schedule",
    permission="hosts.provision_dockerhost",
    every_minutes=60,
    wanted=lambda: measurable().exists(),
    steps=(
        Step(slug="measure-volumes", title=_("Look how full they are"), work=measure_volumes),
    ),
)

PIPELINES = (GROW_VOLUME, DELETE_VOLUME, MEASURE_VOLUMES)
