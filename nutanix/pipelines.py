"""What this room does by itself: look how the clusters are."""

from django.utils.translation import gettext_lazy as _

from nutanix.models import Prism
from nutanix.steps.read_every_cluster import read_every_cluster
from operations.pipeline import Pipeline, Step

READ_CLUSTERS = Pipeline(
    kind="read-clusters",
    title=_("Read every cluster"),
    subject_model="operations.Schedule",
    permission="nutanix.test_prism",
    queue="quick",
    every_minutes=60,
    wanted=lambda: Prism.objects.exists(),
    steps=(
        Step(slug="read-clusters", title=_("Ask every Prism"), work=read_every_cluster),
    ),
)

PIPELINES = (READ_CLUSTERS,)
