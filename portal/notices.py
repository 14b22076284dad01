"""What a person of a team should know or do now, said on the page where they come in."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lib.retold import retold
from portal.models import Handover, Request, Team

State = Request.State
_FRESH = timedelta(days=7)
_SHOWN = 5
_KINDS = {
    State.REJECTED: "danger", State.FAILED: "danger", State.EXPIRED: "warning",
    State.EXPIRING: "warning", State.DELIVERED: "success",
}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One sentence with the request it is about; `kind` is that of a callout."""

    kind: str
    text: str
    about: Request


def notices_for(user: AbstractBaseUser, team: Team) -> list[Notice]:
    """Secrets that wait for this person, then news of the last week about what they asked for."""
    waiting = Handover.objects.filter(
        to=user.pk, request__team=team, is_ready=True, wiped_at=None
    ).select_related("request", "robot")[:_SHOWN]
    found = [
        Notice(kind="waiting", about=one.request, text=_(
            "A secret for %s waits for you. It is shown once and wiped after a week."
        ) % one)
        for one in waiting
    ]
    return found + [_news(request) for request in _fresh(user, team)]


def _fresh(user: AbstractBaseUser, team: Team) -> list[Request]:
    lately = Q(state__in=_KINDS, changed_at__gte=timezone.now() - _FRESH)
    mine = team.requests.filter(lately, requester=user.pk)
    return list(mine.order_by("-changed_at")[:_SHOWN])


def _news(request: Request) -> Notice:
    facts = {
        "request": request, "state": request.get_state_display(), "reason": retold(request.reason),
    }
    text = (
        _("%(request)s: %(state)s. %(reason)s") if request.reason else _("%(request)s: %(state)s.")
    ) % facts
    return Notice(kind=_KINDS[request.state], text=text, about=request)
