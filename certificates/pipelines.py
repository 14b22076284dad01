"""What this room does by itself: look at what is served, and tell what ends."""

from django.utils.translation import gettext_lazy as _

from certificates.endpoints import LOOK, LOOK_EVERY_MINUTES
from certificates.steps.look_at_endpoints import look_at_endpoints
from certificates.steps.tell_what_ends import tell_what_ends
from operations.pipeline import Pipeline, Step

LOOK_AT_ENDPOINTS = Pipeline(
    kind=LOOK,
    title=_("Look at every endpoint"),
    subject_model="operations.Schedule",
    permission="certificates.change_endpoint",
    queue="quick",
    every_minutes=LOOK_EVERY_MINUTES,
    steps=(
        Step(slug="look-at-endpoints", title=_("Look at what is served"), work=look_at_endpoints),
    ),
)

TELL_EXPIRY = Pipeline(
    kind="tell-expiry",
    title=_("Tell what ends soon"),
    subject_model="operations.Schedule",
    permission="certificates.view_certificate",
    queue="quick",
    every_minutes=24 * 60,
    steps=(
        Step(slug="tell-what-ends", title=_("Write to owners and ops"), work=tell_what_ends),
    ),
)

PIPELINES = (LOOK_AT_ENDPOINTS, TELL_EXPIRY)
