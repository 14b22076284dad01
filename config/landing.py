"""What the first page of the admin shows: what is there, how it fares, what to do next."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Q, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.models import Certificate
from certificates.presenting import life_words
from config.first_steps import first_steps
from deployments.models import HarborInstance
from hosts import drift
from hosts.models import DockerHost, Volume
from hosts.models.volume import FULL, NEARLY_FULL
from lib.retold import retold, titled
from nutanix.models import Prism
from operations.models import Operation, Schedule
from operations.presenting import title_of

SHOWN = 12
WORST_FIRST = ("failed", "degraded", "deploying", "stopped", "draft", "running")
RECENT = 8
LOOKED_AT = 200
SOON = timedelta(days=90)
NEEDS_A_PERSON = ("failed", "interrupted")


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the first page, limited to what this person may see."""
    user = request.user
    operations = Operation.objects.visible_to(user)
    return {
        **context,
        "title": _("Overview"),
        "first_steps": first_steps(user),
        "notices": [
            *_alarms(user), *_notices(operations), *_differences(user), *_filling_up(user),
        ],
        "running": operations.unfinished()[:SHOWN],
        "recent": _recent(operations),
        **_instances(user),
        "may_add_instance": user.has_perm("deployments.add_harborinstance"),
        "certificates": _certificates(user),
    }


def _recent(operations: Any) -> Any:
    """What ended last; not the looks of the clock that found nothing to say."""
    of_the_clock = Q(
        content_type=ContentType.objects.get_for_model(Schedule), requested_by=None,
        state=Operation.State.SUCCEEDED,
    )
    return operations.exclude(state__in=Operation.UNFINISHED).exclude(of_the_clock)[:RECENT]


def _instances(user: AbstractBaseUser) -> dict[str, Any]:
    """Living instances, those in trouble first, and how many more there are."""
    living = HarborInstance.objects.visible_to(user).living()
    rank = Case(*(When(state=state, then=n) for n, state in enumerate(WORST_FIRST)), default=9)
    found = list(living.select_related("certificate").order_by(rank, "name", "-pk")[: SHOWN + 1])
    rows = [
        {
            "instance": row,
            "url": reverse("admin:deployments_harborinstance_change", args=[row.pk]),
            "health": _health(row.health),
            "certificate": row.certificate,
            "life": life_words(row.certificate) if row.certificate else "",
        }
        for row in found[:SHOWN]
    ]
    return {
        "instances": rows, "all_instances": living.count() if len(found) > SHOWN else 0,
    }


def _health(health: dict[str, Any]) -> str:
    """`9 of 9 healthy`; the components that Harbor named last, with what ails them."""
    components = health.get("components") or {}
    if not components:
        return ""
    well = sum(1 for trouble in components.values() if not trouble)
    return _("%(well)s of %(all)s healthy") % {"well": well, "all": len(components)}


def _certificates(user: AbstractBaseUser) -> list[dict[str, Any]]:
    """Valid certificates that end within 90 days, the first to end first."""
    if not user.has_perm("certificates.view_certificate"):
        return []
    ending = Certificate.objects.filter(state="valid", not_after__lt=timezone.now() + SOON)
    return [
        {
            "certificate": certificate,
            "url": reverse("admin:certificates_certificate_change", args=[certificate.pk]),
            "life": life_words(certificate),
        }
        for certificate in ending.order_by("not_after")[:SHOWN]
    ]


def _notices(operations: Any) -> list[dict[str, Any]]:
    """What waits for a person: subjects whose latest operation did not end well."""
    latest: dict[tuple[int, str], Operation] = {}
    for operation in operations[:LOOKED_AT]:
        latest.setdefault((operation.content_type_id, operation.object_id), operation)
    troubled = [each for each in latest.values() if each.state in NEEDS_A_PERSON]
    return [_notice(operation) for operation in troubled[:5]]


def _alarms(user: AbstractBaseUser) -> list[dict[str, Any]]:
    """Connections whose certificate or login is refused: nothing goes on behind them."""
    if not user.has_perm("nutanix.view_prism"):
        return []
    return [
        {
            "kind": "danger", "title": _("%s and Slipway no longer trust each other") % prism,
            "advice": prism.problem, "link": _("Open the Prism connection"),
            "url": _page("nutanix_prism", prism.pk),
        }
        for prism in Prism.objects.filter(alarmed=True)[:5]
    ]


def _differences(user: AbstractBaseUser) -> list[dict[str, Any]]:
    """Hosts that are not as they were left, each with the worst of it and what to do."""
    if not user.has_perm("hosts.view_dockerhost"):
        return []
    hosts = list(DockerHost.objects.filter(differs=True)[:5])
    registries = HarborInstance.objects.visible_to(user).living().filter(host__in=hosts)
    pages = {
        row.host_id: (_("Open the registry"), _page("deployments_harborinstance", row.pk))
        for row in registries
    }
    notices = []
    for host in hosts:
        shown = drift.shown(host)
        link, url = pages.get(host.pk, (_("Open the host"), _page("hosts_dockerhost", host.pk)))
        title = f"{host}: {'; '.join(told for told, _advice in shown)}"
        notices.append({
            "kind": "warning", "title": title, "advice": shown[0][1], "link": link, "url": url,
        })
    return notices


def _page(name: str, pk: int) -> str:
    return reverse(f"admin:{name}_change", args=[pk])


def _filling_up(user: AbstractBaseUser) -> list[dict[str, Any]]:
    """Volumes that are nearly full, the fullest first."""
    if not user.has_perm("hosts.view_volume"):
        return []
    return [
        {
            "kind": "danger" if volume.used_percent >= FULL else "warning",
            "title": _("%(volume)s is %(used)s %% full") % {
                "volume": volume, "used": volume.used_percent,
            },
            "advice": _("Grow it, or delete images and run Clean Up in Harbor."),
            "url": reverse("admin:hosts_volume_change", args=[volume.pk]),
            "link": _("Open the volume"),
        }
        for volume in Volume.objects.filter(used_percent__gte=NEARLY_FULL)
        .order_by("-used_percent", "name", "-pk")[:5]
    ]


def _notice(operation: Operation) -> dict[str, Any]:
    reason = retold(operation.reason) or operation.get_state_display()
    return {
        "kind": "danger" if operation.state == "failed" else "warning",
        "title": titled(title_of(operation), reason),
        "advice": retold(operation.advice),
        "url": reverse("admin:operations_operation_change", args=[operation.pk]),
        "link": _("Open the operation"),
    }
