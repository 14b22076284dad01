"""Requests as a list: of a team, or of all teams for who may look at them."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import permissions
from portal.models import Request, Team
from portal.models.request import RequestQuerySet
from portal.views.found import team_or_404

_ROWS = 50


@require_safe
@login_required
def requests_of_team(request: HttpRequest, team: UUID) -> HttpResponse:
    shown = team_or_404(request, team)
    return _list(request, Request.objects.filter(team=shown), shown)


@require_safe
@login_required
def all_requests(request: HttpRequest) -> HttpResponse:
    if not permissions.may_see_everything(request.user):
        raise PermissionDenied
    return _list(request, Request.objects.all(), None)


def _list(request: HttpRequest, found: RequestQuerySet, team: Team | None) -> HttpResponse:
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()[:100]
    if state in Request.State.values:
        found = found.filter(state=state)
    if words:
        found = found.filter(name__icontains=words)
    page = Paginator(
        found.select_related("team", "requester", "instance"), _ROWS
    ).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return render(request, "portal/requests.html", {
        "team": team, "page": page, "state": state, "words": words, "query": query.urlencode(),
        "states": Request.State.choices,
        "may_ask": bool(team) and permissions.may_request(request.user, team),
    })
