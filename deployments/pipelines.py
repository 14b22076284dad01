"""The stories of a Harbor instance, each a tuple to be read from top to bottom."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from deployments.steps.await_harbor import await_harbor
from deployments.steps.await_name import await_name
from deployments.steps.check_rebuild import check_rebuild
from deployments.steps.check_request import check_request
from deployments.steps.check_rotation import check_rotation
from deployments.steps.choose_certificate import choose_certificate
from deployments.steps.configure_harbor import configure_harbor
from deployments.steps.drop_former import drop_former
from deployments.steps.issue_certificate import issue_certificate
from deployments.steps.leave_machine import leave_machine
from deployments.steps.load_images import load_images
from deployments.steps.release_volumes import release_volumes
from deployments.steps.remove_harbor import remove_harbor
from deployments.steps.render_configuration import render_configuration
from deployments.steps.renew_due import renew_due
from deployments.steps.self_test import self_test
from deployments.steps.serve_certificate import serve_certificate
from deployments.steps.stage_certificate import stage_certificate
from deployments.steps.start_harbor import start_harbor
from deployments.steps.stop_harbor import stop_harbor
from deployments.steps.trust_both import trust_both
from hosts.steps import (
    delete_host,
    delete_volumes,
    detach_volumes,
    prepare_volumes,
    provision_host,
    reach_docker,
    remove_volume_driver,
)
from operations.models import Operation
from operations.pipeline import Claimed, Pipeline, Step, always
from operations.run import Run

_SUBJECT = "deployments.HarborInstance"


def claims_of(operation: Operation) -> list[Claimed]:
    """The instance and its host for itself; its Prism together with others."""
    instance = operation.subject
    claims = [Claimed(key=f"instance:{instance.uuid}")]
    if instance.host:
        claims.append(Claimed(key=f"host:{instance.host.uuid}"))
        if instance.host.cluster:
            claims.append(Claimed(key=f"prism:{instance.host.cluster.prism_id}", shared=True))
    return claims


def _rotation_claims(operation: Operation) -> list[Claimed]:
    """The instance for itself; its host together with others: only single files change there."""
    instance = operation.subject
    claims = [Claimed(key=f"instance:{instance.uuid}")]
    if instance.host:
        claims.append(Claimed(key=f"host:{instance.host.uuid}", shared=True))
    return claims


def _on_cluster(run: Run) -> bool:
    return run.subject.cluster_id is not None


def _has_host(run: Run) -> bool:
    return run.subject.host_id is not None


def _was_made(run: Run) -> bool:
    return _has_host(run) and bool(run.subject.host.address)


def _wants_volumes_deleted(run: Run) -> bool:
    return _was_made(run) and bool(run.parameters.get("delete_volumes"))


def _wants_host_deleted(run: Run) -> bool:
    return _has_host(run) and bool(run.parameters.get("delete_host"))


def _leaves_a_volume_driver(run: Run) -> bool:
    return (
        _was_made(run) and run.subject.chosen_driver is not None and not _wants_host_deleted(run)
    )


DEPLOY = Pipeline(
    kind="deploy",
    title=_("Deploy"),
    subject_model=_SUBJECT,
    permission="deployments.deploy_harborinstance",
    claims=claims_of,
    steps=(
        Step(slug="check-request", title=_("Check the request"), work=check_request),
        Step(slug="provision-host", title=_("Make the machine"), work=provision_host,
             needed=_on_cluster),
        Step(slug="reach-docker", title=_("Reach the Docker engine"), work=reach_docker),
        Step(slug="await-name", title=_("Wait for the name"), work=await_name),
        Step(slug="load-images", title=_("Load Harbor's images"), work=load_images),
        Step(slug="prepare-volumes", title=_("Prepare the volumes"), work=prepare_volumes),
        Step(slug="issue-certificate", title=_("Issue the certificate"),
             work=issue_certificate),
        Step(slug="render-configuration", title=_("Write Harbor's files"),
             work=render_configuration),
        Step(slug="start-harbor", title=_("Start Harbor"), work=start_harbor),
        Step(slug="await-harbor", title=_("Wait for Harbor"), work=await_harbor),
        Step(slug="configure-harbor", title=_("Configure Harbor"), work=configure_harbor),
        Step(slug="self-test", title=_("Test the registry"), work=self_test),
    ),
)

SELF_TEST = Pipeline(
    kind="self-test",
    title=_("Self-test"),
    subject_model=_SUBJECT,
    permission="deployments.test_harborinstance",
    claims=claims_of,
    steps=(Step(slug="self-test", title=_("Test the registry"), work=self_test),),
)

STOP = Pipeline(
    kind="stop",
    title=_("Stop"),
    subject_model=_SUBJECT,
    permission="deployments.deploy_harborinstance",
    claims=claims_of,
    steps=(Step(slug="stop-harbor", title=_("Stop Harbor"), work=stop_harbor),),
)

START = Pipeline(
    kind="start",
    title=_("Start"),
    subject_model=_SUBJECT,
    permission="deployments.deploy_harborinstance",
    claims=claims_of,
    steps=(
        # After a power cut the machine may be off and its engine not up yet.
        Step(slug="provision-host", title=_("Switch the machine on"), work=provision_host,
             needed=_on_cluster),
        Step(slug="reach-docker", title=_("Reach the Docker engine"), work=reach_docker),
        Step(slug="start-harbor", title=_("Start Harbor"), work=start_harbor),
        Step(slug="await-harbor", title=_("Wait for Harbor"), work=await_harbor),
    ),
)

RETIRE = Pipeline(
    kind="retire",
    title=_("Retire"),
    subject_model=_SUBJECT,
    permission="deployments.retire_harborinstance",
    claims=claims_of,
    steps=(
        Step(slug="remove-harbor", title=_("Remove Harbor"), work=remove_harbor,
             needed=_was_made),
        Step(slug="detach-volumes", title=_("Detach the volumes"), work=detach_volumes,
             needed=_was_made),
        Step(slug="delete-volumes", title=_("Delete the volumes"), work=delete_volumes,
             needed=_wants_volumes_deleted),
        Step(slug="remove-volume-driver", title=_("Remove the volume driver"),
             work=remove_volume_driver, needed=_leaves_a_volume_driver),
        Step(slug="delete-host", title=_("Delete the machine"), work=delete_host,
             needed=_wants_host_deleted),
        Step(slug="release-volumes", title=_("Let go of what is kept"), work=release_volumes),
    ),
)

REBUILD_HOST = Pipeline(
    kind="rebuild-host",
    title=_("Rebuild the host"),
    subject_model=_SUBJECT,
    permission="deployments.deploy_harborinstance",
    claims=claims_of,
    steps=(
        Step(slug="check-rebuild", title=_("Check what can be rebuilt"), work=check_rebuild),
        Step(slug="leave-machine", title=_("Let go of the old machine"), work=leave_machine),
        # From here on it is a deployment whose volumes and secrets are there already.
        replace(DEPLOY.steps[1], needed=always), *DEPLOY.steps[2:],
    ),
)

ROTATE_CERTIFICATE = Pipeline(
    kind="rotate-certificate",
    title=_("Rotate the certificate"),
    subject_model=_SUBJECT,
    permission="deployments.deploy_harborinstance",
    claims=_rotation_claims,
    steps=(
        Step(slug="check-rotation", title=_("Check the rotation"), work=check_rotation),
        Step(slug="choose-certificate", title=_("Have the new certificate"),
             work=choose_certificate),
        Step(slug="trust-both", title=_("Trust who signed it"), work=trust_both),
        Step(slug="stage-certificate", title=_("Lay it ready on the host"),
             work=stage_certificate),
        Step(slug="serve-certificate", title=_("Serve it and look"), work=serve_certificate),
        Step(slug="drop-former", title=_("Remove the old one"), work=drop_former),
    ),
)

RENEW_CERTIFICATES = Pipeline(
    kind="renew-certificates",
    title=_("Renew certificates"),
    subject_model="operations.Schedule",
    permission="deployments.deploy_harborinstance",
    queue="quick",
    steps=(Step(slug="renew-due", title=_("Look whose time has come"), work=renew_due),),
)

PIPELINES = (
    DEPLOY, SELF_TEST, STOP, START, RETIRE, REBUILD_HOST, ROTATE_CERTIFICATE, RENEW_CERTIFICATES,
)
