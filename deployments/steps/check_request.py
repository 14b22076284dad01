"""Refuse what cannot work before anything is touched, with every reason at once."""

from deployments.clients import engine
from deployments.configuration import config_of
from deployments.problems import (
    problems_with_cluster,
    problems_with_console,
    problems_with_driver,
    problems_with_machine,
    problems_with_request,
)
from deployments.steps.await_name import leads_to_host
from harbor.bundle import problems_with
from hosts.engine import EngineError
from operations.errors import StepFailed
from operations.run import Run


def check_request(run: Run) -> None:
    """Names, release, storage, console, cluster or machine: looks only."""
    instance = run.subject
    problems = problems_with_request(instance) + problems_with_console(instance)
    problems += [reason for reason in problems_with(config_of(instance)) if reason not in problems]
    with run.outside("Looking at the place"):
        problems += _problems_with_place(run)
    _tell_about_name(run)
    problems = list(dict.fromkeys(problems))
    for problem in problems:
        run.log(problem, level="error")
    if problems:
        count = "One thing prevents" if len(problems) == 1 else f"{len(problems)} things prevent"
        raise StepFailed(
            f"{count} this deployment: {' '.join(problems)}",
            advice="Nothing was touched. Correct these and deploy again.",
        )
    run.log(f"{instance.fqdn} with {instance.release} can be deployed")


def _problems_with_place(run: Run) -> list[str]:
    instance, problems = run.subject, problems_with_driver(run.subject)
    if instance.host.cluster:
        problems += problems_with_cluster(instance)
    # A machine that is still to be made cannot be looked at.
    if instance.host.address:
        try:
            problems += problems_with_machine(instance, engine(run))
        except EngineError as error:
            problems.append(f"{error.message} {error.advice}".strip())
    return problems


def _tell_about_name(run: Run) -> None:
    """Where the address is known, whether the name leads there is known, too; it may still come."""
    instance = run.subject
    if instance.host.address and not leads_to_host(instance):
        run.log(
            f"{instance.fqdn} does not lead to {instance.host.address} yet: the deployment will "
            f"{'go on without' if instance.continue_without_name else 'wait for it'}",
            level="warning",
        )
