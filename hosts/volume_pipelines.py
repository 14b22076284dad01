"""The stories of a single volume: grown while it is used, deleted when nobody does, measured."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from hosts.measuring import measurable
from hosts.steps.delete_volume import delete_volume
from hosts.steps.grow_volume import check_growth, grow_disk, grow_filesystem
from hosts.steps.measure_volumes import measure_volumes
from hosts.steps.move_volume import (
    adopt_volume,
    attach_volume,
    detach_volume,
    look_into_volume,
)
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


def _moving(kind: str, title: Any, *steps: Step) -> Pipeline:
    return Pipeline(
        kind=kind, title=title, subject_model=_SUBJECT, claims=claims_of, steps=steps,
        permission="hosts.provision_dockerhost",
    )


_ATTACH = Step(slug="attach-volume", title=_("Attach and mount it"), work=attach_volume)
DETACH_VOLUME = _moving(
    "detach-volume", _("Detach the volume"),
    Step(slug="detach-volume", title=_("Unmount and detach it"), work=detach_volume),
)
ATTACH_VOLUME = _moving("attach-volume", _("Attach the volume"), _ATTACH)
LOOK_INTO_VOLUME = _moving(
    "look-into-volume", _("Look into a volume group"),
    Step(slug="look-into-volume", title=_("Look what lies on it"), work=look_into_volume),
)
ADOPT_VOLUME = _moving(
    "adopt-volume", _("Take over what lies on it"),
    Step(slug="adopt-volume", title=_("Look once more"), work=adopt_volume), _ATTACH,
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

PIPELINES = (
    GROW_VOLUME, DELETE_VOLUME, DETACH_VOLUME, ATTACH_VOLUME, LOOK_INTO_VOLUME, ADOPT_VOLUME,
    MEASURE_VOLUMES,
)
