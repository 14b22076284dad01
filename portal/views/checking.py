"""Answers while a form is written: asked of the real registry, briefly and not too often."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from deployments.models import HarborInstance
from lib.errors import ServiceError
from portal import services
from portal.forms.base import About
from portal.kinds.people import Member, problems_with_members
from portal.kinds.project import problems_with_project_name
from portal.views.found import own_team_or_404

# Per person and web process; who types all the time still gets an answer each second.
_MOST_PER_MINUTE = 60


@require_GET
@login_required
def project_name(request: HttpRequest, team: UUID) -> HttpResponse:
    """Whether a project of this name can be made there."""
    name = request.GET.get("project", "").strip()[:255]
    registry = About(team=own_team_or_404(request, team)).chosen(request.GET.get("on", "")).registry
    if not name or registry is None:
        return _said(request)
    if problems := problems_with_project_name(name):
        return _said(request, "failed", problems[0])
    return _asked(request, registry, lambda: (
        ("passed", _("%(name)s is free on %(registry)s.")) if services.is_name_free(registry, name)
        else ("failed", _("%(registry)s has a project %(name)s already."))
    ), name)


@require_GET
@login_required
def person(request: HttpRequest, team: UUID) -> HttpResponse:
    """Whether the registry knows this person; `field` is the name of the field that was typed in.
    """
    name = request.GET.get(request.GET.get("field", ""), "").strip()[:255]
    registry = About(team=own_team_or_404(request, team)).chosen(request.GET.get("on", "")).registry
    if not name or registry is None:
        return _said(request)
    if problems := problems_with_members((Member(name=name),)):
        return _said(request, "failed", problems[0])
    return _asked(request, registry, lambda: _how_known(registry, name), name)


def _how_known(registry: HarborInstance, name: str) -> tuple[str, str]:
    if not services.unknown_members(registry, [name]):
        return "passed", _("%(registry)s knows %(name)s.")
    if services.identities_of(registry) == services.Identities.LOCAL:
        return "warning", _("%(registry)s has no account %(name)s: one will be made. "
                            "Give a mail address.")
    return "failed", _("%(registry)s does not know %(name)s: this person cannot become a member.")


def _asked(request: HttpRequest, registry: HarborInstance, ask: object, name: str) -> HttpResponse:
    if _is_too_often(request.user.pk):
        return _said(request, "waiting", _("Too many questions in a minute. It is checked later."))
    try:
        state, sentence = ask()
    except ServiceError:
        return _said(
            request, "waiting", _("The registry does not answer now. It is checked later.")
        )
    return _said(request, state, sentence % {"name": name, "registry": registry.registry_host})


def _said(request: HttpRequest, state: str = "", sentence: str = "") -> HttpResponse:
    return render(request, "portal/_said.html", {"state": state, "sentence": sentence})


def _is_too_often(person: int) -> bool:
    key = f"portal-checks:{person}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > _MOST_PER_MINUTE
    except ValueError:  # it ended just now
        return False
