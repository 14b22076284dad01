"""The stories of a Docker host."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from hosts import leftovers, switching
from hosts.comparing import COMPARE, COMPARE_EVERY_MINUTES, comparable
from hosts.steps import (
    check_engine,
    compare_hosts,
    delete_host,
    delete_leftover,
    provision_host,
    reach_docker,
    renew_client,
    renew_server,
    resize_host,
    switch_machine_off,
    switch_machine_on,
)
from operations.models import Operation
from operations.pipeline import Claimed, Pipeline, Step

_SUBJECT = "hosts.DockerHost"


def claims_of(operation: Operation) -> list[Claimed]:
    """The host for itself; its Prism together with others."""
    host = operation.subject
    claims = [Claimed(key=f"host:{host.uuid}")]
    if host.cluster:
        claims.append(Claimed(key=f"prism:{host.cluster.prism_id}", shared=True))
    return claims


PROVISION_HOST = Pipeline(
    kind="provision-host",
    title=_("Make and connect"),
    subject_model=_SUBJECT,
    permission="hosts.provision_dockerhost",
    claims=claims_of,
    steps=(
        Step(slug="provision-host", title=_("Make the machine"), work=provision_host),
        Step(slug="reach-docker", title=_("Reach the Docker engine"), work=reach_docker),
    ),
)

RETIRE_HOST = Pipeline(
    kind="retire-host",
    title=_("Delete the machine"),
    subject_model=_SUBJECT,
    permission="hosts.retire_dockerhost",
    claims=claims_of,
    steps=(Step(slug="delete-host", title=_("Delete the machine"), work=delete_host),),
)

_OFF = Step(slug="switch-off", title=_("Shut the guest down"), work=switch_machine_off)
_ON = (
    Step(slug="switch-on", title=_("Switch the machine on"), work=switch_machine_on),
    Step(slug="reach-docker", title=_("Reach the Docker engine"), work=reach_docker),
)


def _machine_pipeline(kind: str, title: Any, *steps: Step) -> Pipeline:
    return Pipeline(
        kind=kind, title=title, subject_model=_SUBJECT, claims=claims_of, steps=steps,
        permission="hosts.provision_dockerhost",
    )


SWITCH_ON_HOST = _machine_pipeline(switching.SWITCH_ON, _("Switch on"), *_ON)
SWITCH_OFF_HOST = _machine_pipeline(switching.SWITCH_OFF, _("Switch off"), _OFF)
RESTART_HOST = _machine_pipeline(switching.RESTART, _("Restart"), _OFF, *_ON)
RESIZE_HOST = _machine_pipeline(
    switching.RESIZE, _("Resize"),
    Step(slug="resize-host", title=_("Give it another size"), work=resize_host),
    Step(slug="reach-docker", title=_("Reach the Docker engine"), work=reach_docker,
         needed=lambda run: bool(run.fact("resize-host", "was_on"))),
)

RENEW_ENGINE_CERTIFICATE = Pipeline(
    kind="renew-engine-certificate",
    title=_("Renew the engine's certificates"),
    subject_model=_SUBJECT,
    permission="hosts.provision_dockerhost",
    claims=claims_of,
    steps=(
        Step(slug="check-engine", title=_("Check the engine"), work=check_engine),
        Step(slug="renew-client", title=_("Renew our own certificate"), work=renew_client),
        Step(slug="renew-server", title=_("Renew the engine's certificate"), work=renew_server),
    ),
)

COMPARE_HOSTS = Pipeline(
    kind=COMPARE,
    title=_("Compare hosts with Prism"),
    subject_model="operations.Schedule",
    permission="hosts.provision_dockerhost",
    queue="quick",
    every_minutes=COMPARE_EVERY_MINUTES,
    wanted=lambda: comparable().exists(),
    steps=(
        Step(slug="compare-hosts", title=_("Look what Prism has"), work=compare_hosts),
    ),
)


def _claims_of_leftover(operation: Operation) -> list[Claimed]:
    leftover = operation.subject
    return [
        Claimed(key=f"leftover:{leftover.uuid}"),
        Claimed(key=f"prism:{leftover.cluster.prism_id}", shared=True),
    ]


DELETE_LEFTOVER = Pipeline(
    kind=leftovers.DELETE,
    title=_("Delete a leftover"),
    subject_model="hosts.Leftover",
    permission="hosts.retire_dockerhost",
    claims=_claims_of_leftover,
    steps=(
        Step(slug="delete-leftover", title=_("Delete it in Prism"), work=delete_leftover),
    ),
)

PIPELINES = (
    PROVISION_HOST, RETIRE_HOST, SWITCH_ON_HOST, SWITCH_OFF_HOST, RESTART_HOST, RESIZE_HOST,
    RENEW_ENGINE_CERTIFICATE, COMPARE_HOSTS, DELETE_LEFTOVER,
)
