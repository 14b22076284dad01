"""Mails about requests: to those who decide, to the person who asked, to ops."""

from collections.abc import Iterable, Sequence
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from notices import recipients
from notices import services as notices
from portal.kinds import KINDS
from portal.models import Request
from portal.standing import what_is_there

KIND = "portal"
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_MOST = 50


def approvers_of(request: Request) -> list[str]:
    """The addresses of those who may decide it, never of who asked."""
    people = (
        request.approvers.user_set.all() if request.approvers
        else User.objects.with_perm("portal.approve_request", backend=_BACKEND)
    )
    people = people.filter(is_active=True).exclude(pk=request.requester_id).exclude(email="")
    return list(dict.fromkeys(people.order_by("pk").values_list("email", flat=True)))[:_MOST]


def tell_approvers(request: Request, occasion: str = "asked") -> None:
    """All that is requested, to everybody who may decide it; each occasion once per version.

    Where a rule names people who are not there, ops hear of it.
    """
    _tell(approvers_of(request) or recipients.ops(), request, occasion)


def tell_requester(request: Request, occasion: str = "") -> None:
    """How it stands, once per state."""
    if request.requester.email:
        _tell([request.requester.email], request, occasion or request.state)


def tell_ops_of_failure(request: Request) -> None:
    """Somebody must look at it."""
    _tell(recipients.ops(), request, "failed")


def tell_the_end(request: Request) -> None:
    """Delivered or failed: to the person who asked; of a failure ops hear too."""
    tell_requester(request)
    if request.state == Request.State.FAILED:
        tell_ops_of_failure(request)


def _tell(addresses: Iterable[str], request: Request, occasion: str) -> None:
    # A delivery that is repeated may fail again: that is news.
    attempt = f":{request.operation_id}" if occasion == "failed" else ""
    key = f"request:{request.uuid}:{request.version}:{occasion}{attempt}"
    for address in addresses:
        notices.tell(address, [key], kind=KIND, write=partial(_write, request, occasion))


def _write(request: Request, occasion: str, news: Sequence[str]) -> tuple[str, str]:
    words = {
        "asked": _("%(team)s asks for: %(what)s"), "reminder": _("Still to be decided: %(what)s"),
        "rejected": _("Rejected: %(what)s"),
        "delivered": _("Delivered: %(what)s"), "failed": _("Delivery failed: %(what)s"),
        "expiring": _("Expires soon: %(what)s"), "expired": _("Expired: %(what)s"),
        "withdrawn": _("Withdrawn: %(what)s"),
    }
    subject = words[occasion.partition("-")[0]] % {"team": request.team, "what": request}
    text = render_to_string("portal/mail/request.txt", {
        "request": request, "occasion": occasion, "console": settings.CONSOLE_URL,
        "lines": KINDS[request.kind].of(request.data).summary(),
        "there": what_is_there(request) if request.state == Request.State.SUBMITTED else [],
    })
    return subject, text
