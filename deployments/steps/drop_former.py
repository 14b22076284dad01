"""Leave nothing of the old certificate on the host: neither its key nor trust in its authority."""

from deployments.configuration import LAYOUT
from deployments.prepare import run_script
from deployments.steps.choose_certificate import replacement
from deployments.trust import trust_only
from harbor.served_pair import remove_other_pairs
from operations.run import Run


def drop_former(run: Run) -> None:
    """The engine trusts only who signed what is served now."""
    trust_only(run, [replacement(run)])
    run.checkpoint()
    run_script(run, remove_other_pairs(LAYOUT))
    run.log(f"Removed the old pair from {run.subject.host}")
