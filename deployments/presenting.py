"""What the page of an instance shows beside its form."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from certificates.presenting import life_words
from deployments.configuration import volumes_of
from deployments.container_roles import ROLE_OF
from deployments.models import HarborInstance
from harbor.bundle import CONTAINER_OF
from hosts import drift
from lib.shown import moment
from nutanix.models import Prism
from operations.models import CheckResult, Operation, StepRun

_SHOWN = 10
# Harbor's health report calls this service otherwise (`harbor.md 5.2`).
_REPORTED_AS = {"postgresql": "database"}
# Harbor's report does not name the proxy, but every report came through it.
_UNREPORTED = {"proxy": ""}


def facts_of(instance: HarborInstance, user: AbstractBaseUser) -> dict[str, Any]:
    """Rows only: showing a page asks nothing outside."""
    operations = Operation.objects.about(instance)
    last = operations.order_by("-created_at").first()
    return {
        "links": links_for(instance, user),
        "containers": _containers(instance),
        "volumes": [
            {
                "role": volume.get_role_display(), "name": volume.name, "pk": volume.pk,
                "size_gib": volume.size_gib, "backend": volume.get_backend_display(),
                "state": volume.state, "used_percent": volume.used_percent,
            }
            for volume in volumes_of(instance).values()
        ],
        "certificate": instance.certificate,
        "life": life_words(instance.certificate) if instance.certificate else "",
        "prism": _prism_of(instance),
        "differences": drift.shown(instance.host) if instance.host else [],
        "compared": moment(instance.host.compared_at) if instance.host else "",
        "self_test": _self_test(operations),
        "operations": operations.order_by("-created_at")[:_SHOWN],
        "failed_operation": last if last and last.state == Operation.State.FAILED else None,
    }


def verbs_for(instance: HarborInstance, user: AbstractBaseUser) -> list[tuple[str, Any]]:
    """(verb, title) of what this person may do with the instance as it is now."""
    state = HarborInstance.State
    may = {
        "test": (_("Check the request"), "deploy", {state.DRAFT, state.FAILED}),
        "deploy": (_("Deploy"), "deploy", set(state) - {state.RETIRED}),
        "self-test": (_("Self-test"), "test", {state.RUNNING, state.DEGRADED, state.FAILED}),
        "rotate": (_("Rotate the certificate"), "deploy", {state.RUNNING, state.DEGRADED}),
        "stop": (_("Stop"), "deploy", {state.RUNNING, state.DEGRADED}),
        "start": (_("Start"), "deploy", {state.STOPPED, state.DEGRADED}),
        "rebuild": (
            _("Rebuild the host"), "deploy", set(state) - {state.DRAFT, state.RETIRED}
            if instance.host and instance.host.is_ours else set(),
        ),
        "retire": (_("Retire"), "retire", set(state) - {state.RETIRED}),
    }
    return [
        (verb, title) for verb, (title, permission, states) in may.items()
        if instance.state in states
        and user.has_perm(f"deployments.{permission}_harborinstance")
    ]


def links_for(instance: HarborInstance, user: AbstractBaseUser) -> list[dict[str, Any]]:
    """Buttons of the page; each leads to a page that says what will happen."""
    links = []
    if instance.is_locked and user.has_perm("deployments.reveal_harborinstance"):
        url = reverse("admin:deployments_harborinstance_password", args=[instance.pk])
        links = [{"title": _("Administrator's password"), "primary": False, "url": url}]
    first = "deploy" if instance.state in ("draft", "failed") else "self-test"
    if instance.host and any(each["kind"] == drift.GONE for each in instance.host.drift):
        first = "rebuild"
    return [
        {
            "title": title, "primary": verb == first,
            "url": reverse("admin:deployments_harborinstance_act", args=[instance.pk, verb]),
        }
        for verb, title in verbs_for(instance, user)
    ] + links


def _containers(instance: HarborInstance) -> list[dict[str, str]]:
    if instance.deployed_at is None and not instance.health:
        return []
    components = instance.health.get("components", {})
    if components:
        components = {**_UNREPORTED, **components}
    engines = instance.health.get("containers", {})
    return [
        {
            "name": name, "role": ROLE_OF[service], "log_url": _log_url(instance, name),
            "health": _word_for(
                components.get(_REPORTED_AS.get(service, service)), engines.get(name, {})
            ),
            **{key: engines.get(name, {}).get(key) for key in ("image", "digest", "restarts")},
        }
        for service, name in CONTAINER_OF.items()
    ]


def _word_for(reason: str | None, engines: dict[str, Any]) -> str:
    """The worse of two views: Harbor's report of the component, the engine's of the container."""
    state = engines.get("state", "")
    if state and state != "running":
        return state
    if reason or engines.get("health") == "unhealthy":
        return "unhealthy"
    return "" if reason is None and not state else "healthy"


def _prism_of(instance: HarborInstance) -> Prism | None:
    """Where its machine can be looked at."""
    cluster = instance.host.cluster if instance.host else instance.cluster
    return cluster.prism if cluster else None


def _log_url(instance: HarborInstance, container: str) -> str:
    try:
        return reverse("deployments:container-log", args=[instance.uuid, container])
    except NoReverseMatch:
        return ""


def _self_test(operations: Any) -> dict[str, Any] | None:
    step = (
        StepRun.objects.filter(operation__in=operations, slug="self-test")
        .exclude(finished_at=None).order_by("-finished_at").select_related("operation").first()
    )
    if step is None:
        return None
    checks = CheckResult.objects.filter(operation=step.operation)
    return {
        "state": "succeeded" if step.state == StepRun.State.DONE else "failed",
        "at": step.finished_at,
        "passed": checks.exclude(state=CheckResult.State.FAILED).count(),
        "failed": checks.filter(state=CheckResult.State.FAILED).count(),
        "url": step.operation.get_absolute_url(),
    }
