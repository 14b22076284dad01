"""The story of an image that a cluster shall have."""

from django.utils.translation import gettext_lazy as _

from hosts.images import FETCH
from hosts.steps import check_image, fetch_image, read_image_file
from operations.models import Operation
from operations.pipeline import Claimed, Pipeline, Step


def _claims(operation: Operation) -> list[Claimed]:
    """One at a time for each name on a cluster."""
    fetch = operation.subject
    return [
        Claimed(key=f"image:{fetch.cluster.uuid}/{fetch.name}"),
        Claimed(key=f"prism:{fetch.cluster.prism_id}", shared=True),
    ]


FETCH_IMAGE = Pipeline(
    kind=FETCH,
    title=_("Add an image"),
    subject_model="hosts.ImageFetch",
    permission="nutanix.change_cluster",
    claims=_claims,
    steps=(
        Step(slug="read-image-file", title=_("Read the console's file"), work=read_image_file,
             needed=lambda run: bool(run.subject.file)),
        Step(slug="fetch-image", title=_("Let the cluster fetch it"), work=fetch_image),
        Step(slug="check-image", title=_("Check what Prism has"), work=check_image),
    ),
)

PIPELINES = (FETCH_IMAGE,)
