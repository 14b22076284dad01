"""What the real registry says against a wish before it is asked for; silent when it is away."""

from django.utils.translation import gettext as _

from certificates.problems import Problem
from deployments.models import HarborInstance
from lib.errors import ServiceError
from portal.identities import Identities, identities_of, is_name_free, unknown_members
from portal.kinds import Member, MembershipWanted, Place, ProjectWanted, Wanted


def clashes(wanted: Wanted, place: Place) -> list[Problem]:
    """Asks Harbor briefly. A delivery looks again, so no answer is no reason against it."""
    if place.instance is None:
        return []
    try:
        return list(_found(wanted, place.instance))
    except ServiceError:
        return []


def _found(wanted: Wanted, instance: HarborInstance) -> list[Problem]:
    if isinstance(wanted, ProjectWanted):
        found = _strangers(instance, wanted.members)
        if not is_name_free(instance, wanted.project):
            found.append(Problem(_("The registry has a project of this name."), "project"))
        return found
    return _strangers(instance, wanted.put) if isinstance(wanted, MembershipWanted) else []


def _strangers(instance: HarborInstance, people: tuple[Member, ...]) -> list[Problem]:
    """Of a directory nobody can be made: who is not in it cannot become a member."""
    if not people or identities_of(instance) == Identities.LOCAL:
        return []
    names = unknown_members(instance, [one.name for one in people])
    return [
        Problem(_("The registry does not know “%s”.") % name, "members") for name in names
    ]
