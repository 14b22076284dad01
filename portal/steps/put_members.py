"""Give people the roles that were asked for; what somebody changed in Harbor meanwhile stays."""

from django.utils.translation import gettext as _

from harbor.tenants import Membership
from operations.errors import StepFailed
from operations.run import Run
from portal.clients import harbor
from portal.identities import role_name
from portal.kinds import Member, MembershipWanted
from portal.kinds.people import ROLE_IDS
from portal.models import Project
from portal.remarks import remark
from portal.steps.make_accounts import asked_members
from portal.steps.wish import wish_of


def put_members(run: Run) -> None:
    """All people are tried; who is unknown to Harbor is named at the end. Raises StepFailed."""
    wanted = wish_of(run)
    project = _project_of(run, wanted.project)
    now = harbor(run).members(project.name)
    was = wanted.was if isinstance(wanted, MembershipWanted) else {}
    unknown = [
        member.name for member in asked_members(run)
        if not _put(run, project, member, now.get(member.name), was.get(member.name))
    ]
    for name in wanted.remove if isinstance(wanted, MembershipWanted) else ():
        _remove(run, project, name, now.get(name), was.get(name))
    after = harbor(run).members(project.name)
    project.record(
        members={name: role_name(one.role) for name, one in after.items()},
        state=Project.State.READY,
    )
    if unknown:
        raise StepFailed(
            _("%(registry)s does not know %(names)s.")
            % {"registry": run.subject.instance.registry_host, "names": ", ".join(unknown)},
            advice=_("Let them log in to Harbor once, or ask for the names as the directory has "
                     "them; then repeat the delivery."),
        )


def _project_of(run: Run, name: str) -> Project:
    found = Project.objects.filter(team=run.subject.team, instance=run.subject.instance, name=name)
    project = found.exclude(state=Project.State.GONE).first()
    if project is None:
        raise StepFailed(_("The team has no project %(project)s any more.") % {"project": name})
    return project


def _put(
    run: Run, project: Project, member: Member, current: Membership | None, was: str | None
) -> bool:
    """False when Harbor does not know the person."""
    client, role = harbor(run), ROLE_IDS[member.role]
    if current and current.role == role:
        run.log(f"{member.name} is {member.role} of {project.name}")
    elif current and role_name(current.role) != was:
        _remark_role(run, project, member.name, current)
    elif current:
        run.checkpoint()
        client.set_role(project.name, current.number, role)
        run.log(f"{member.name} is {member.role} of {project.name} now, was {was}")
    elif was:
        remark(run, _("%(name)s was removed from %(project)s in Harbor meanwhile; this was left as "
                      "it is.") % {"name": member.name, "project": project.name})
    else:
        run.checkpoint()
        if not client.add_member(project.name, member.name, role):
            return False
        run.log(f"{member.name} is {member.role} of {project.name} now")
    return True


def _remove(
    run: Run, project: Project, name: str, current: Membership | None, was: str | None
) -> None:
    if current is None:
        run.log(f"{name} is no member of {project.name}")
    elif role_name(current.role) != was:
        _remark_role(run, project, name, current)
    else:
        run.checkpoint()
        harbor(run).remove_member(project.name, current.number)
        run.log(f"Removed {name} from {project.name}, was {was}")


def _remark_role(run: Run, project: Project, name: str, current: Membership) -> None:
    remark(run, _("%(name)s was made %(role)s of %(project)s in Harbor meanwhile; this was left as "
                  "it is.")
           % {"name": name, "role": role_name(current.role), "project": project.name})
