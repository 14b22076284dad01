"""Let the host's engine trust who signs next before anything is served from there."""

from deployments.steps.choose_certificate import former, replacement
from deployments.trust import trust_only
from operations.run import Run


def trust_both(run: Run) -> None:
    """The old and the new authority until the new certificate is served; often they are one."""
    trust_only(run, [former(run), replacement(run)])
