"""Who may do what in the portal: everything is here, and what is not said here is refused."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from portal.models import Approval, Handover, Request, Team

Person = AbstractBaseUser | AnonymousUser
State = Request.State


def own_teams(user: Person) -> list[Team]:
    """Those they belong to; asked once for a user object, as Django does with permissions."""
    if not hasattr(user, "_own_teams"):
        user._own_teams = list(Team.objects.of(user).select_related("group"))
    return user._own_teams


def may_request(user: Person, team: Team) -> bool:
    """Ask for something in the name of the team: who belongs to it, nobody else."""
    return team in own_teams(user)


def may_see(user: Person, request: Request) -> bool:
    """Read the request and follow its delivery."""
    return Request.objects.visible_to(user).filter(pk=request.pk).exists()


def may_change(user: Person, request: Request) -> bool:
    """Write, submit and change it before the decision: who asked, while in the team."""
    return (
        request.requester_id == user.pk and request.state in Request.UNDECIDED
        and may_request(user, request.team)
    )


def may_cancel(user: Person, request: Request) -> bool:
    """Take it back before it is delivered, or when that failed: the team, or ops."""
    return request.state in Request.MAY_END and (
        may_request(user, request.team) or may_operate(user)
    )


def may_copy(user: Person, request: Request) -> bool:
    """Begin a new draft with what was asked for once, for the same team."""
    return may_request(user, request.team)


def is_approver(user: Person, request: Request) -> bool:
    """Belongs to those who decide this request; never the one who asked, whatever else they are.
    """
    if not user.is_authenticated or not user.is_active or user.pk == request.requester_id:
        return False
    if request.approvers_id:
        return user.groups.filter(pk=request.approvers_id).exists()
    return user.has_perm("portal.approve_request")


def may_decide(user: Person, request: Request) -> bool:
    """Say yes or no now: an approver who has not said yes to this version yet."""
    return (
        request.state == State.SUBMITTED and is_approver(user, request)
        and not Approval.objects.in_force(request).filter(by=user.pk).exists()
    )


def may_decide_anything(user: Person) -> bool:
    """Whether an inbox makes sense for this person."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.has_perm("portal.approve_request") or (
        Request.objects.undecided().filter(approvers__in=user.groups.all()).exists()
    )


def may_operate(user: Person) -> bool:
    """Repeat failed deliveries and withdraw what was delivered: ops."""
    return user.is_authenticated and user.has_perm("portal.operate_request")


def may_withdraw(user: Person, request: Request) -> bool:
    """Take away what was delivered before its time: the team itself, or ops."""
    return request.state in Request.IN_USE and request.kind in Request.WITHDRAWABLE and (
        may_request(user, request.team) or may_operate(user)
    )


def may_see_everything(user: Person) -> bool:
    """Reports over all teams: ops, auditors, administrators."""
    return user.is_authenticated and user.has_perm("portal.view_request")


def may_administer(user: Person) -> bool:
    """Make teams, offers and rules."""
    return user.is_authenticated and user.has_perm("portal.change_team")


def may_be_handed(user: Person, handover: Handover) -> bool:
    """See the secret, once: the person it was made for, and no administrator either."""
    return bool(
        user.is_authenticated and user.is_active and handover.to_id == user.pk and handover.waits
        and handover.request.state in Request.IN_USE and may_see(user, handover.request)
    )
