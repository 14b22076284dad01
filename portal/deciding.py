"""Yes or no: by the right people, for what they saw, once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lib.errors import ServiceError
from operations.errors import Refused
from portal import delivering, permissions, telling
from portal.asking import place_of, problems_with, wanted_of
from portal.models import Approval, Request
from portal.models.request import RequestQuerySet
from portal.record import record_act

State = Request.State


def inbox(user: AbstractBaseUser) -> RequestQuerySet:
    """What this person can decide now, the most urgent first."""
    if not user.is_authenticated or not user.is_active:
        return Request.objects.none()
    mine = Q(approvers__in=user.groups.all())
    if user.has_perm("portal.approve_request"):
        mine |= Q(approvers=None)
    said = Approval.objects.filter(
        request=OuterRef("pk"), version=OuterRef("version"), by=user.pk
    )
    found = Request.objects.undecided().filter(mine).exclude(requester=user.pk)
    return found.exclude(Exists(said)).order_by("decide_by", "pk")


def approve(
    request: Request, *, by: AbstractBaseUser, version: int, comment: str = ""
) -> Request:
    """One person's yes to the version they saw; the last yes that is needed starts the delivery.

    Raises Refused, also when another decided at the same moment.
    """
    with transaction.atomic():
        row = _lock(request, by, version)
        _require_possible(row)
        Approval.objects.create(request=row, version=version, by=by, comment=comment)
        if Approval.objects.in_force(row).filter(is_yes=True).count() < row.people:
            return row
        _decide(row, State.APPROVED, by)
        delivering.deliver(row)
    return row


def reject(request: Request, *, by: AbstractBaseUser, version: int, reason: str) -> Request:
    """One no is enough; it needs a reason. Raises Refused."""
    if not reason.strip():
        raise Refused(_("Say why: the team must know what to do differently."))
    with transaction.atomic():
        row = _lock(request, by, version)
        Approval.objects.create(
            request=row, version=version, by=by, comment=reason.strip(), is_yes=False
        )
        _decide(row, State.REJECTED, by, reason=reason.strip())
        telling.tell_requester(row)
    return row


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one of many decisions went; without a refusal it was taken."""

    request: Request
    refusal: str = ""


def decide_many(
    chosen: Iterable[tuple[Request, int]], *, by: AbstractBaseUser, reason: str = ""
) -> list[Outcome]:
    """Approve each (request, version seen), or with a reason reject it; each on its own."""
    outcomes = []
    for request, version in chosen:
        try:
            row = reject(request, by=by, version=version, reason=reason) if reason else approve(
                request, by=by, version=version
            )
            outcomes.append(Outcome(request=row))
        except ServiceError as refusal:
            outcomes.append(Outcome(request=request, refusal=refusal.message))
    return outcomes


def _lock(request: Request, by: AbstractBaseUser, version: int) -> Request:
    """The row for this transaction alone, as it is now. Raises Refused."""
    row = Request.objects.select_for_update(of=("self",)).select_related("team").get(pk=request.pk)
    if row.state != State.SUBMITTED:
        raise Refused(
            _("%(request)s is decided already: %(state)s.")
            % {"request": row, "state": row.get_state_display()}
        )
    if row.version != version:
        raise Refused(_("%s was changed since you looked. Read it again.") % row)
    if not permissions.may_decide(by, row):
        raise Refused(
            _("You may not decide %s.") % row,
            advice=_("Nobody decides what they asked for themselves, and nobody twice."),
        )
    return row


def _require_possible(row: Request) -> None:
    """What was right when it was submitted may be wrong by now: a name taken, an offer ended."""
    if problems := problems_with(wanted_of(row), place_of(row)):
        raise Refused(" ".join(problems), advice=_("Reject it, or let it be changed."))


def _decide(row: Request, state: str, by: AbstractBaseUser, **changes: object) -> None:
    moved = row.move(
        to=state, only_from=(State.SUBMITTED,), decided_at=timezone.now(), **changes
    )
    if not moved:
        raise Refused(_("%s was decided at this moment by another.") % row)
    record_act(row, by, state=(State.SUBMITTED, state))
