"""Navigation, signs of states and bars of space for the pages of the portal."""

from typing import Any

from django import template
from django.contrib.auth.models import AbstractBaseUser
from django.utils.safestring import SafeString

from lib.retold import retold
from lib.shown import chip
from lib.sizes import MIB, human
from portal import permissions
from portal.deciding import inbox
from portal.models import Project, Request

register = template.Library()
register.filter(retold)
State = Request.State
# The sign of a state, as every page of the console draws it.
_SIGNS = {
    State.DRAFT: "pending", State.SUBMITTED: "waiting", State.APPROVED: "queued",
    State.REJECTED: "failed", State.DELIVERING: "running", State.DELIVERED: "succeeded",
    State.FAILED: "failed", State.EXPIRING: "warning", State.EXPIRED: "expired",
    State.WITHDRAWN: "off",
}
# More teams than these are behind one link.
_TEAMS_SHOWN = 4


@register.inclusion_tag("portal/_navigation.html", takes_context=True)
def portal_navigation(context: dict[str, Any]) -> dict[str, Any]:
    """What this person's groups let them do, and nothing else."""
    user: AbstractBaseUser = context["request"].user
    teams, waiting = permissions.own_teams(user), inbox(user).count()
    return {
        "here": context["request"].path, "user": user, "waiting": waiting,
        "teams": teams if len(teams) <= _TEAMS_SHOWN else [],
        "has_many_teams": len(teams) > _TEAMS_SHOWN,
        "decides": waiting or user.has_perm("portal.approve_request"),
        "sees_everything": permissions.may_see_everything(user),
    }


@register.filter
def state_chip(request: Request) -> SafeString:
    """The state of a request with its sign."""
    return chip(_SIGNS[request.state], request.get_state_display())


@register.filter
def mib(amount: int) -> str:
    """A number of MiB as people read it."""
    return human(amount * MIB)


@register.filter
def bytes_as_read(amount: int | None) -> str:
    """A number of bytes as people read it."""
    return "–" if amount is None else human(max(0, amount))


@register.inclusion_tag("portal/_space.html")
def space_bar(project: Project) -> dict[str, Any]:
    """How full a project was when it was measured last."""
    limit = project.quota_mib * MIB
    used = project.used_bytes
    percent = None if used is None else min(100, round(100 * used / limit))
    return {"project": project, "limit": limit, "used": used, "percent": percent}
