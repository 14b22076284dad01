"""What a team, or every team, uses: as a page and as a table for a spreadsheet."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal import permissions
from portal.models import Team
from portal.showback import csv_of, projects_for, total_of, totals_of
from portal.views.found import team_or_404

_ROWS = 50


@require_safe
@login_required
def of_team(request: HttpRequest, team: UUID) -> HttpResponse:
    shown = team_or_404(request, team)
    return render(request, "portal/team_showback.html", {
        "team": shown, "total": total_of(shown), "now": timezone.now(),
        "page": Paginator(projects_for(shown), _ROWS).get_page(request.GET.get("page")),
    })


@require_safe
@login_required
def of_team_csv(request: HttpRequest, team: UUID) -> StreamingHttpResponse:
    return _file(csv_of(team_or_404(request, team)))


@require_safe
@login_required
def of_all(request: HttpRequest) -> HttpResponse:
    _refuse_who_may_not_see_all(request)
    page = Paginator(Team.objects.all(), _ROWS).get_page(request.GET.get("page"))
    return render(request, "portal/showback.html", {
        "page": page, "rows": totals_of(list(page)), "total": total_of(None),
        "now": timezone.now(),
    })


@require_safe
@login_required
def of_all_csv(request: HttpRequest) -> StreamingHttpResponse:
    _refuse_who_may_not_see_all(request)
    return _file(csv_of(None))


def _refuse_who_may_not_see_all(request: HttpRequest) -> None:
    if not permissions.may_see_everything(request.user):
        raise PermissionDenied


def _file(parts: object) -> StreamingHttpResponse:
    name = f"showback-{timezone.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8", headers=headers)
