"""What the page of a request shows, to this person and in this state."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from deployments.client_trust import console_address
from operations.models import Operation
from operations.presenting import newest_lines, state_of
from portal import permissions, services
from portal.delivering import WITHDRAW_ROBOT
from portal.models import Request, Robot
from portal.standing import what_is_there

State = Request.State
# States that may change while somebody looks, without their doing.
_MOVING = (State.SUBMITTED, State.APPROVED, State.DELIVERING)


@dataclass(frozen=True, kw_only=True)
class _Followed:
    """What this person may follow: the delivery, and what removes the robot account again."""

    robot: Robot | None
    delivery: Operation | None
    removal: Operation | None

    @property
    def is_leaving(self) -> bool:
        return self.removal is not None and self.removal.is_unfinished


def page_of(request: HttpRequest, asked: Request) -> dict[str, Any]:
    """Everything in it was looked up for this person."""
    wanted, place = services.wanted_of(asked), services.place_of(asked)
    may, followed = _may(request.user, asked), _followed(request.user, asked)
    return {
        "asked": asked, "lines": wanted.summary(), "may": may, "removal": followed.removal,
        "is_moving": asked.state in _MOVING or followed.is_leaving,
        "seen": _as_seen(asked, followed.removal),
        "stays": asked.kind == Request.Kind.PROJECT and asked.state in Request.IN_USE,
        "deciders": _deciders(asked, wanted, place),
        "problems": services.problems_with(wanted, place) if asked.state == State.DRAFT else [],
        "approvals": list(asked.approvals.select_related("by")),
        **(_for_the_approver(asked) if may["decide"] else {}),
        **_delivery(asked, followed.delivery), **_given(request, asked, followed),
    }


def seen_of(user: Any, asked: Request) -> str:
    """Another text as soon as the page would show this person something else."""
    # Asked every few seconds: only what is in use can be leaving.
    in_use = asked.state in Request.IN_USE
    return _as_seen(asked, _followed(user, asked).removal if in_use else None)


def _as_seen(asked: Request, removal: Operation | None) -> str:
    seen = f"{asked.state}-{asked.version}"
    return f"{seen}-{removal.state}" if removal else seen


def _followed(user: Any, asked: Request) -> _Followed:
    robot, about = None, Q(pk=asked.operation_id)
    if asked.kind == Request.Kind.ROBOT and asked.state in Request.IN_USE:
        robot = asked.robots.select_related("instance").first()
    if robot:
        removals = Operation.objects.about(robot).filter(kind=WITHDRAW_ROBOT)
        about |= Q(pk__in=removals.values("pk"))
    found = list(Operation.objects.visible_to(user).filter(about))
    return _Followed(
        robot=robot,
        delivery=next((each for each in found if each.pk == asked.operation_id), None),
        removal=next((each for each in found if each.kind == WITHDRAW_ROBOT), None),
    )


def _may(user: Any, asked: Request) -> dict[str, bool]:
    """The acts that this person is offered now."""
    return {
        "change": permissions.may_change(user, asked),
        "cancel": permissions.may_cancel(user, asked), "copy": permissions.may_copy(user, asked),
        "decide": permissions.may_decide(user, asked),
        "retry": asked.state == State.FAILED and permissions.may_operate(user),
        "withdraw": permissions.may_withdraw(user, asked),
    }


def _deciders(asked: Request, wanted: Any, place: Any) -> services.Deciders | None:
    """As the rules say now of a draft, and as they said when it was submitted."""
    if asked.state == State.DRAFT:
        return services.deciders_of(wanted, place)
    if asked.state == State.SUBMITTED:
        return services.Deciders(people=asked.people, approvers=asked.approvers)
    return None


def _for_the_approver(asked: Request) -> dict[str, Any]:
    """What exists already, and what can still be promised."""
    if asked.instance is None:
        return {"standing": what_is_there(asked)}
    return {
        "room": services.room_of(asked.instance),
        "there": list(services.projects_of(asked.team).filter(instance=asked.instance)[:50]),
    }


def _delivery(asked: Request, operation: Operation | None) -> dict[str, Any]:
    if operation is None:
        return {}
    if asked.state in Request.IN_USE:
        return {"log_of": operation}
    return {
        "operation": operation, "state": state_of(operation),
        "lines_of_log": newest_lines(operation),
        "lines_url": reverse("operations:lines", args=[operation.uuid]),
    }


def _given(request: HttpRequest, asked: Request, followed: _Followed) -> dict[str, Any]:
    """What was delivered: secrets that wait for this person, and how to use it."""
    if asked.state not in Request.IN_USE or followed.is_leaving:
        return {}
    waiting = asked.handovers.filter(to=request.user.pk, is_ready=True, wiped_at=None)
    return {
        "secrets": list(waiting.select_related("robot")),
        "snippets": _snippets(request, asked, followed.robot),
    }


def _snippets(
    request: HttpRequest, asked: Request, robot: Robot | None
) -> list[services.Snippet]:
    trust = _trust_of(request, asked)
    if robot:
        return services.snippets(services.use_of_robot(robot, trust))
    project = asked.projects.select_related("instance").first()
    if project is None:
        return []
    login = request.user.get_username()
    return services.snippets(
        services.use_of(project.instance, project, login=login, trust=trust)
    )


def _trust_of(request: HttpRequest, asked: Request) -> str:
    """Where the authority of the registry is fetched, as clients reach the console."""
    if asked.instance is None or asked.instance.certificate_id is None:
        return ""
    return console_address(request) + reverse(
        "deployments:trust-authority", args=[asked.instance.uuid]
    )
