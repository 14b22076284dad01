"""Refuse a rotation that cannot work before anything is touched, with every reason at once."""

from deployments.clients import engine, keep_secrets
from deployments.containers import state_of
from deployments.rotation.choosing import choice_from
from deployments.rotation.services import problems_with_rotation
from harbor.bundle import CONTAINER_OF
from hosts.engine import EngineError
from operations.errors import StepFailed
from operations.run import Run

PROXY = CONTAINER_OF["proxy"]


def check_rotation(run: Run) -> None:
    """State, authority or chosen certificate, host, proxy and its helper image: looks only."""
    keep_secrets(run)
    instance = run.subject
    problems = problems_with_rotation(instance, choice_from(run.parameters))
    if instance.host:
        with run.outside("Looking at the host"):
            problems += _problems_on_host(run)
    for problem in problems:
        run.log(problem, level="error")
    if problems:
        raise StepFailed(
            f"The certificate of {instance} cannot be rotated: {' '.join(problems)}",
            advice="Nothing was touched. Correct these and rotate again.",
        )
    old = instance.certificate
    run.log(f"{instance.fqdn} has {old}, valid until {old.not_after:%Y-%m-%d}")


def _problems_on_host(run: Run) -> list[str]:
    try:
        docker = engine(run)
        proxy = state_of(docker, PROXY)
        image = run.subject.release.prepare_image()
        has_helper = docker.find_image(image) is not None
    except EngineError as error:
        return [f"{error.message} {error.advice}".strip()]
    problems = []
    if proxy.state != "running":
        problems.append(f"Harbor's proxy does not run ({proxy}).")
    if not has_helper:
        problems.append(f"{run.subject.host} has no image {image}: deploy again to load it.")
    return problems
