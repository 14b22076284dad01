"""A registry as a team needs it: how it is, where it is, how to trust it, who uses its space."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from certificates.presenting import life_words
from deployments.client_trust import trust_facts
from portal import permissions, services
from portal.views.found import team_or_404


@require_safe
@login_required
def registry(request: HttpRequest, team: UUID, registry: UUID) -> HttpResponse:
    """Only one that the team owns or is offered; of its projects only the team's own."""
    shown = team_or_404(request, team)
    found = services.instances_for(shown).filter(uuid=registry).select_related(
        "certificate"
    ).first()
    if found is None:
        raise Http404
    components = found.health.get("components") or {}
    return render(request, "portal/registry.html", {
        "team": shown, "registry": found, "trust": trust_facts(request, found),
        "life": life_words(found.certificate) if found.certificate else "",
        "components": components, "well": sum(not trouble for trouble in components.values()),
        "projects": list(services.projects_of(shown).filter(instance=found)),
        "robots": list(services.robots_of(shown).filter(instance=found)),
        "may_ask": permissions.may_request(request.user, shown),
    })
