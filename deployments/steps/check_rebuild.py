"""Refuse a rebuild that could not end well while the old machine is still there."""

from deployments.configuration import volumes_of
from deployments.problems import problems_with_console
from deployments.rebuilding import problems_with_rebuild
from hosts.replacement import problems_with_replacement
from hosts.steps.prism import prism_of
from operations.errors import StepFailed
from operations.run import Run


def check_rebuild(run: Run) -> None:
    """Rows, console and Prism are looked at; nothing is touched."""
    instance = run.subject
    problems = problems_with_rebuild(instance) + problems_with_console(instance)
    if not problems:
        with run.outside("Looking at the cluster"):
            prism = prism_of(run, instance.host.cluster)
            problems = problems_with_replacement(
                prism, instance.host, volumes_of(instance).values()
            )
    for problem in problems:
        run.log(problem, level="error")
    if problems:
        raise StepFailed(
            f"{instance.host} cannot be rebuilt: {' '.join(problems)}",
            advice="Nothing was touched. Correct this; then resume.",
        )
    run.log(f"{instance.host} can be rebuilt, and all volumes of {instance} are there")
