"""How Unfold dresses the admin: name, signs, styles, and the groups of its side bar."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# Whoever holds it may look at the job queues. Their pages are not imported here: this module is
# read while the settings load, and they read the settings.
QUEUES_PERMISSION = "django_rq.admin"

# Title of the group, then (app.Model, title, icon of Material Symbols) in reading order.
GROUPS = (
    (_("Registries"), (
        ("deployments.HarborInstance", _("Harbor instances"), "deployed_code"),
        ("deployments.Release", _("Releases"), "package_2"),
        ("operations.Operation", _("Operations"), "play_circle"),
        ("operations.Schedule", _("Schedules"), "schedule"),
    )),
    (_("Infrastructure"), (
        ("nutanix.Prism", _("Prism connections"), "hub"),
        ("nutanix.Cluster", _("Clusters"), "dns"),
        ("hosts.DockerHost", _("Docker hosts"), "computer"),
        ("hosts.Volume", _("Volumes"), "hard_drive"),
        ("hosts.VolumeDriver", _("Volume drivers"), "extension"),
    )),
    (_("Trust"), (
        ("certificates.Authority", _("Authorities"), "workspace_premium"),
        ("certificates.Certificate", _("Certificates"), "verified_user"),
        ("certificates.SigningRequest", _("Signing requests"), "outgoing_mail"),
        ("certificates.Endpoint", _("Endpoints"), "lan"),
        ("notices.Delivery", _("Delivery log"), "mail"),
    )),
    (_("Portal"), (
        ("portal.Team", _("Teams"), "groups"),
        ("portal.Offer", _("Offered registries"), "storefront"),
        ("portal.ApprovalRule", _("Approval rules"), "rule"),
        ("portal.Request", _("Requests"), "inbox"),
    )),
    (_("People and history"), (
        ("auth.User", _("People"), "person"),
        ("auth.Group", _("Groups"), "group"),
        ("auditlog.LogEntry", _("Who changed what"), "history"),
    )),
)

_LEFTOVERS = {"title": _("Leftovers"), "icon": "cleaning_services"}
_REPORT = {"title": _("Expiry report"), "icon": "event_upcoming"}


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """The side bar: only what this person may see."""
    start = {"title": _("Overview"), "icon": "home", "link": reverse("admin:index")}
    portal = {"title": _("Portal"), "icon": "storefront", "link": reverse("portal:home")}
    shown = [{"items": [start, portal]}]
    for title, entries in GROUPS:
        items = [_item(*entry) for entry in entries if _may_see(entry[0], request)]
        if items and title == GROUPS[2][0]:
            items.append(_REPORT | {"link": reverse("certificates:report")})
        may_look = request.user.has_perm("hosts.provision_dockerhost")
        if items and title == GROUPS[1][0] and may_look:
            items.append(_LEFTOVERS | {"link": reverse("admin:hosts_dockerhost_leftovers")})
        if items:
            shown.append({"title": title, "separator": True, "items": items})
    if request.user.has_perm(QUEUES_PERMISSION):
        queues = {"title": _("Job queues"), "icon": "stacks", "link": reverse("django_rq:home")}
        shown[-1]["items"].append(queues)
    return shown


def environment(request: HttpRequest) -> list[str] | None:
    """A label in the header of a console that is not the production one."""
    name = getattr(settings, "SLIPWAY_ENVIRONMENT", "")
    if name:
        return [name, "info"]
    return [str(_("Development")), "warning"] if settings.INSECURE_DEFAULTS else None


def without_inline_colours(request: HttpRequest) -> dict[str, Any]:
    """The theme's colours are in theme.css: an inline style would be refused by our policy."""
    return {"colors": None, "border_radius": None}


def _item(label: str, title: Any, icon: str) -> dict[str, Any]:
    name = label.lower().replace(".", "_")
    return {"title": title, "icon": icon, "link": reverse(f"admin:{name}_changelist")}


def _may_see(label: str, request: HttpRequest) -> bool:
    """Whether the admin has this model and this person may view it."""
    registered = (a for m, a in admin.site._registry.items() if m._meta.label == label)
    found = next(registered, None)
    return bool(found and found.has_view_permission(request))


def _file(path: str) -> Any:
    # Asked at each request: the address of static files is not known while settings load.
    return lambda request: static(path)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Slipway",
    "SITE_HEADER": "Slipway",
    "SITE_SUBHEADER": _("Registries on Nutanix"),
    "SITE_ICON": _file("icons/slipway.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": _file("icons/slipway.svg")},
    ],
    "SITE_SYMBOL": "deployed_code",
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": "config.navigation.environment",
    "GLOBAL_CALLBACK": "config.navigation.without_inline_colours",
    "DASHBOARD_CALLBACK": "config.landing.overview",
    "STYLES": [
        _file(f"css/{name}.css")
        for name in ("tokens", "theme", "console", "operation", "landing", "certificates")
    ],
    "SIDEBAR": {"show_search": True, "navigation": "config.navigation.groups"},
}
