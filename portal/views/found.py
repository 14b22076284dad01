"""What this person may look at; everything else does not exist for them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from lib.errors import ServiceError
from portal import permissions
from portal.models import Request, Team

_WITH = (
    "team__group", "requester", "instance__certificate", "certificate", "operation", "approvers",
)


def team_or_404(request: HttpRequest, uuid: UUID) -> Team:
    """A team of theirs, or any for who may look at all."""
    own = _own(request, uuid)
    return own or _found(
        Team.objects.visible_to(request.user).filter(uuid=uuid).select_related("group")
    )


def own_team_or_404(request: HttpRequest, uuid: UUID) -> Team:
    """A team in whose name they may ask."""
    own = _own(request, uuid)
    if own is None:
        raise Http404
    return own


def request_or_404(request: HttpRequest, uuid: UUID) -> Request:
    """With the rows that its page speaks of."""
    return _found(
        Request.objects.visible_to(request.user).filter(uuid=uuid).select_related(*_WITH)
    )


def act(request: HttpRequest, do: Callable[[], Request], *, stay: Request) -> HttpResponse:
    """Do it and show what came of it; a refusal is said on the page where it was asked for."""
    try:
        shown = do()
    except ServiceError as refusal:
        messages.error(request, f"{refusal.message} {refusal.advice}".strip())
        shown = stay
    return redirect("portal:request", uuid=shown.uuid)


def _own(request: HttpRequest, uuid: UUID) -> Team | None:
    return next((team for team in permissions.own_teams(request.user) if team.uuid == uuid), None)


def _found(rows: object) -> object:
    row = rows.first()
    if row is None:
        raise Http404
    return row
