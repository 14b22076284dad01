"""Make accounts in a local Harbor for members it does not know; each first password is kept."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from lib.passwords import new_password
from operations.errors import StepFailed
from operations.run import Run
from portal.clients import harbor
from portal.handing import keep
from portal.identities import Identities, identities_of
from portal.kinds import Member, MembershipWanted, ProjectWanted
from portal.models import Handover, Request
from portal.steps.wish import wish_of


def make_accounts(run: Run) -> None:
    """The password is kept before Harbor hears of it; an account of somebody else is not touched.
    """
    if identities_of(run.subject.instance) is not Identities.LOCAL:
        run.log("People come from the directory: no account is made")
        return
    for member in asked_members(run):
        _ensure_account(run, member)


def asked_members(run: Run) -> tuple[Member, ...]:
    """Who is to have a role, by either kind of request."""
    wanted: ProjectWanted | MembershipWanted = wish_of(run)
    return wanted.members if isinstance(wanted, ProjectWanted) else wanted.put


def _ensure_account(run: Run, member: Member) -> None:
    client, request = harbor(run), run.subject
    found = client.find_user(member.name)
    kept = Handover.objects.filter(request=request, login=member.name, robot=None).first()
    mark = _mark_of(request)
    if found and not (kept and found.get("comment") == mark):
        return
    kept = keep(request, member.name, to=_receiver(request, member.name), make=new_password)
    run.keep_secret(kept.secret)
    run.checkpoint()
    if found:  # made by us, but perhaps not with the password that is kept
        client.reset_password(found["user_id"], kept.secret)
    elif not client.make_user(
        member.name, email=member.email or f"{member.name}@{request.instance.fqdn}",
        password=kept.secret, comment=mark,
    ):
        raise StepFailed(
            _("Harbor makes no account %(name)s: the name or the mail address is taken.")
            % {"name": member.name}, advice=_("Ask with another mail address."),
        )
    run.log(f"Made the account {member.name}; its first password is kept to be seen once")


def _mark_of(request: Request) -> str:
    # Harbor's comments have 30 characters at most (`harbor.md 5.3`).
    return f"Slipway {request.uuid.hex[:20]}"


def _receiver(request: Request, name: str) -> User:
    """The person themselves when they belong to the team here, else who asked."""
    themselves = User.objects.filter(
        username=name, is_active=True, groups=request.team.group_id
    ).first()
    return themselves or request.requester
