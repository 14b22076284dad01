"""One pipeline, so that an operation can be cancelled and resumed; those of upload and portal."""

from deployments.intake.pipelines import PIPELINES as INTAKE
from operations.pipeline import Pipeline, Step
from portal.pipelines import PIPELINES as PORTAL

PIPELINES = (
    *INTAKE,
    *PORTAL,
    Pipeline(
        kind="deploy",
        title="Deploy",
        subject_model="auth.Group",
        steps=(Step(slug="check-request", title="Check the request", work=lambda run: None),),
        permission="operations.change_operation",
    ),
)
