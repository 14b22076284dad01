"""How an archive becomes a release."""

from django.utils.translation import gettext_lazy as _

from deployments.intake.steps.check_archive import check_archive
from deployments.intake.steps.clean_up import clean_up
from deployments.intake.steps.fetch_archive import fetch_archive
from deployments.intake.steps.look_for_archives import look_for_archives
from deployments.intake.steps.register_release import register_release
from operations.models import Operation
from operations.pipeline import Claimed, Pipeline, Step

_SUBJECT = "deployments.IncomingArchive"
_PERMISSION = "deployments.add_release"
_CHECK = Step(slug="check-archive", title=_("Check the archive"), work=check_archive)
_REGISTER = Step(slug="register-release", title=_("Register the release"), work=register_release)


def _claims(operation: Operation) -> list[Claimed]:
    return [Claimed(key=f"archive:{operation.subject.name}")]


SCAN_RELEASES = Pipeline(
    kind="scan-releases",
    title=_("Look for releases"),
    subject_model="operations.Schedule",
    permission=_PERMISSION,
    queue="quick",
    steps=(
        Step(slug="look-for-archives", title=_("Look into the folder"), work=look_for_archives),
        Step(slug="clean-up", title=_("Remove what was abandoned"), work=clean_up),
    ),
)

REGISTER_RELEASE = Pipeline(
    kind="register-release",
    title=_("Register a release"),
    subject_model=_SUBJECT,
    permission=_PERMISSION,
    claims=_claims,
    steps=(_CHECK, _REGISTER),
)

FETCH_RELEASE = Pipeline(
    kind="fetch-release",
    title=_("Fetch a release"),
    subject_model=_SUBJECT,
    permission=_PERMISSION,
    claims=_claims,
    steps=(
        Step(slug="fetch-archive", title=_("Fetch the archive"), work=fetch_archive),
        _CHECK,
        _REGISTER,
    ),
)

PIPELINES = (SCAN_RELEASES, REGISTER_RELEASE, FETCH_RELEASE)
