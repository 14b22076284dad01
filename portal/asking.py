"""What the people of a team do with a request until it is decided."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.problems import Problem
from certificates.problems import Refused as Problems
from deployments.models import HarborInstance
from operations.errors import Refused
from operations.run import in_english
from portal import delivering, permissions, telling
from portal.choices import instances_for
from portal.giving_up import give_up
from portal.kinds import KINDS, Line, Place, Wanted
from portal.models import Request, Team
from portal.record import record_act
from portal.rules import Deciders, deciders_of

State = Request.State


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would happen: the summary, who decides, and every reason against it."""

    lines: list[Line]
    deciders: Deciders
    problems: list[Problem]


def wanted_of(request: Request) -> Wanted:
    """What the request asks for, typed."""
    return KINDS[request.kind].of(request.data)


def place_of(request: Request) -> Place:
    """For whom and where; of a whole registry there is no where yet."""
    needs = KINDS[request.kind].needs_instance
    return Place(team=request.team, instance=request.instance if needs else None)


def preview(wanted: Wanted, *, team: Team, instance: HarborInstance | None = None) -> Preview:
    """Asks the database only; names and people in Harbor are asked after by `identities`."""
    place = Place(team=team, instance=instance)
    return Preview(
        lines=wanted.summary(), deciders=deciders_of(wanted, place),
        problems=problems_with(wanted, place),
    )


def problems_with(wanted: Wanted, place: Place) -> list[Problem]:
    """Every reason why the team cannot ask for this there; empty when it can."""
    if not wanted.needs_instance:
        return wanted.problems(place)
    if place.instance is None:
        return [Problem(_("Choose a registry."), "instance")]
    if not instances_for(place.team).filter(pk=place.instance.pk).exists():
        return [Problem(_("This registry is not offered to the team."), "instance")]
    return wanted.problems(place)


def draft(
    wanted: Wanted, *, team: Team, by: AbstractBaseUser, instance: HarborInstance | None = None,
    note: str = "",
) -> Request:
    """Begin a request; a draft may still have problems. Raises Refused for who is not in the team.
    """
    if not permissions.may_request(by, team):
        raise Refused(_("You do not belong to the team %s.") % team)
    return Request.objects.create(
        kind=wanted.kind, team=team, requester=by, note=note,
        **_columns(wanted, instance),
    )


def change(
    request: Request, wanted: Wanted, *, by: AbstractBaseUser,
    instance: HarborInstance | None = None, note: str = "",
) -> Request:
    """Ask for something else before the decision: all approvals are void, the rules asked anew.

    Raises Refused when it is decided or not yours, Problems when a submitted one would be wrong.
    """
    request.refresh_from_db()
    if not permissions.may_change(by, request) or wanted.kind != request.kind:
        raise Refused(_("You cannot change this request any more."))
    columns = _columns(wanted, instance) | {"note": note}
    if request.state == State.SUBMITTED:
        columns |= _submission(wanted, Place(team=request.team, instance=instance), by)
    before = request.data
    with transaction.atomic():
        if not request.rewrite(**columns):
            raise Refused(_("It was decided or changed just now. Look again."))
        record_act(request, by, data=(before, request.data))
        if request.state == State.SUBMITTED:
            _go_on(request)
    return request


def submit(request: Request, *, by: AbstractBaseUser) -> Request:
    """Hand a draft in. Raises Refused, or Problems with every reason at once."""
    request.refresh_from_db()
    if not permissions.may_change(by, request) or request.state != State.DRAFT:
        raise Refused(_("Only your own draft can be submitted."))
    submission = _submission(wanted_of(request), place_of(request), by)
    with transaction.atomic():
        if not request.move(to=State.SUBMITTED, only_from=(State.DRAFT,), **submission):
            raise Refused(_("It was submitted or changed just now. Look again."))
        record_act(request, by, state=(State.DRAFT, State.SUBMITTED))
        _go_on(request)
    return request


def copy(request: Request, *, by: AbstractBaseUser) -> Request:
    """A new draft with the same wish, of the person who copies. Raises Refused."""
    if not permissions.may_copy(by, request):
        raise Refused(_("You do not belong to the team %s.") % request.team)
    return draft(
        wanted_of(request), team=request.team, by=by, note=request.note,
        instance=place_of(request).instance,
    )


def cancel(request: Request, *, by: AbstractBaseUser, reason: str = "") -> Request:
    """Take it back before its delivery, or give up one that failed. Raises Refused."""
    request.refresh_from_db()
    former = request.state
    if not permissions.may_cancel(by, request):
        raise Refused(_("You cannot cancel this request any more."))
    with transaction.atomic():
        if not request.move(
            to=State.WITHDRAWN, only_from=(former,), remind_at=None,
            reason=reason or in_english(gettext_lazy("Cancelled by %s.")) % by.get_username(),
        ):
            raise Refused(_("It was decided or changed just now. Look again."))
        record_act(request, by, state=(former, State.WITHDRAWN))
        if former == State.FAILED:
            give_up(request)
    return request


def _columns(wanted: Wanted, instance: HarborInstance | None) -> dict[str, object]:
    return {
        "name": wanted.name[:255], "data": wanted.as_data(), "size": max(0, wanted.size),
        "instance": instance if wanted.needs_instance else None,
    }


def _submission(
    wanted: Wanted, place: Place, by: AbstractBaseUser
) -> dict[str, object]:
    """Who decides and until when. Raises Problems."""
    if problems := problems_with(wanted, place):
        raise Problems(problems)
    deciders, now = deciders_of(wanted, place, requester=by), timezone.now()
    return {
        "rule": deciders.rule, "people": deciders.people, "approvers": deciders.approvers,
        "submitted_at": now, "decide_by": now + deciders.time,
        "remind_at": now + deciders.time / 2, "reason": "",
    }


def _go_on(request: Request) -> None:
    """What nobody must decide is delivered; of the rest the approvers hear."""
    if request.people:
        telling.tell_approvers(request)
    elif request.move(
        to=State.APPROVED, only_from=(State.SUBMITTED,), decided_at=timezone.now()
    ):
        delivering.deliver(request)
