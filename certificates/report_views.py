"""The expiry report: its page, its files, and the mails it would send today."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from certificates import previewing
from certificates.asking import Asked
from certificates.calendar import calendar_parts, near
from certificates.ending import teams_seen_by
from certificates.models import CalendarKey
from certificates.report import report_lines
from certificates.timeline import timeline_of


@require_safe
@login_required
def report(request: HttpRequest) -> HttpResponse:
    """The page: groups, timeline, and the list; limited to what this person may see."""
    return render(request, "certificates/report.html", _context(request))


@require_safe
@login_required
def report_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a table, all of it."""
    now = timezone.now()
    asked = Asked.from_query(request.GET, teams_seen_by(request.user))
    return _file(report_lines(asked.within(now), now), "text/csv", f"expiry-{now:%Y-%m-%d}.csv")


@require_safe
@login_required
def report_calendar(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a calendar to import once."""
    now = timezone.now()
    return _file(
        calendar_parts(near(teams_seen_by(request.user), now), now), "text/calendar", "expiry.ics"
    )


@require_POST
@login_required
@never_cache
def make_calendar_key(request: HttpRequest) -> HttpResponse:
    """A key for the calendar program of this person, shown once."""
    key = CalendarKey.make(request.user)
    return render(request, "certificates/calendar_key.html", {"key": key})


@require_safe
@login_required
@permission_required(["certificates.view_certificate", "notices.view_delivery"],
                     raise_exception=True)
def preview(request: HttpRequest) -> HttpResponse:
    """The mails that would be recorded if it were told now."""
    mails, addresses = previewing.mails_now(timezone.now())
    context = {
        "mails": mails, "more": addresses - len(mails), "mail_server": bool(settings.EMAIL_URL),
    }
    return render(request, "certificates/preview.html", context)


def _context(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    teams = teams_seen_by(request.user)
    asked = Asked.from_query(request.GET, teams)
    overview = asked.overview(now)
    groups = Group.objects.order_by("name")
    return {
        "asked": asked, "now": now, "overview": overview, "groups": asked.tabs(overview),
        "timeline": timeline_of(overview), "page": asked.page(overview, now),
        "owners": groups if teams is None else groups.filter(pk__in=teams),
        "sees_nothing": teams == (),
        "may_preview": request.user.has_perms(
            ["certificates.view_certificate", "notices.view_delivery"]
        ),
    }


def _file(parts: Any, kind: str, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(parts, content_type=f"{kind}; charset=utf-8", headers=headers)
