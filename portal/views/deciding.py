"""The inbox of those who decide, and their yes or no."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portal import permissions, services
from portal.views.found import act, request_or_404

_ROWS = 25


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """What this person can decide; POST decides the chosen ones, each on its own."""
    if not permissions.may_decide_anything(request.user):
        raise PermissionDenied
    if request.method == "POST":
        _decide_chosen(request)
        return redirect("portal:inbox")
    waiting = services.inbox(request.user).select_related("team", "requester", "instance")
    page = Paginator(waiting, _ROWS).get_page(request.GET.get("page"))
    return render(request, "portal/inbox.html", {"page": page, "rows": _rows(page)})


@require_POST
@login_required
def approve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    asked = request_or_404(request, uuid)
    return act(request, lambda: services.approve(
        asked, by=request.user, version=_version(request.POST.get("version", "")),
        comment=request.POST.get("comment", "")[:2000],
    ), stay=asked)


@require_POST
@login_required
def reject(request: HttpRequest, uuid: UUID) -> HttpResponse:
    asked = request_or_404(request, uuid)
    return act(request, lambda: services.reject(
        asked, by=request.user, version=_version(request.POST.get("version", "")),
        reason=request.POST.get("comment", "")[:2000],
    ), stay=asked)


def _rows(page: Page) -> list[dict[str, object]]:
    """Each request with its summary and what is left where it is asked for."""
    rooms = services.rooms_of([one.instance for one in page if one.instance])
    return [
        {"request": one, "lines": services.wanted_of(one).summary(),
         "room": rooms.get(one.instance_id)}
        for one in page
    ]


def _decide_chosen(request: HttpRequest) -> None:
    chosen = [value.partition(":") for value in request.POST.getlist("chosen")[:_ROWS]]
    versions = {uuid: _version(version) for uuid, _colon, version in chosen}
    reason = request.POST.get("reason", "").strip()[:2000]
    if not versions:
        messages.error(request, _("Choose at least one request."))
        return
    if request.POST.get("act") == "reject" and not reason:
        messages.error(request, _("Say why: the team must know what to do differently."))
        return
    found = services.inbox(request.user).select_related("team").filter(
        uuid__in=[uuid for uuid in versions if _is_uuid(uuid)]
    )
    outcomes = services.decide_many(
        [(one, versions[str(one.uuid)]) for one in found], by=request.user,
        reason=reason if request.POST.get("act") == "reject" else "",
    )
    _tell(request, outcomes, missing=len(versions) - len(outcomes))


def _tell(request: HttpRequest, outcomes: list[services.Outcome], *, missing: int) -> None:
    for outcome in outcomes:
        if outcome.refusal:
            messages.error(request, outcome.refusal)
    taken = sum(not outcome.refusal for outcome in outcomes)
    if taken:
        messages.success(
            request, ngettext("%d request decided.", "%d requests decided.", taken) % taken
        )
    if missing:
        messages.warning(request, ngettext(
            "%d was decided or changed meanwhile.", "%d were decided or changed meanwhile.", missing
        ) % missing)


def _version(text: str) -> int:
    """0 fits no request."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
