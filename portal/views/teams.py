"""Where people of a team begin: what they have, what is under way, what ends."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal import permissions
from portal.belongings import belongings_of
from portal.notices import notices_for
from portal.views.found import team_or_404


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Leads to the one place this person has, or lets them choose."""
    teams = permissions.own_teams(request.user)
    if len(teams) == 1:
        return redirect("portal:team", team=teams[0].uuid)
    if not teams and permissions.may_decide_anything(request.user):
        return redirect("portal:inbox")
    if not teams and permissions.may_see_everything(request.user):
        return redirect("portal:requests")
    return render(request, "portal/home.html", {"teams": teams})


@require_safe
@login_required
def team(request: HttpRequest, team: UUID) -> HttpResponse:
    """The home of a team; who only looks is offered nothing to ask for."""
    shown = team_or_404(request, team)
    may_ask = permissions.may_request(request.user, shown)
    return render(request, "portal/team.html", {
        "team": shown, "may_ask": may_ask, "has": belongings_of(shown),
        "notices": notices_for(request.user, shown) if may_ask else [],
    })
