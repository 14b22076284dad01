"""What a team has on a registry, looked up through the team: what belongs to others is not found.
"""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from certificates.problems import Problem
from portal.kinds.base import Place
from portal.models import Project, Robot


def projects_at(place: Place) -> QuerySet[Project]:
    """The projects that the team has there, ready for use."""
    return Project.objects.filter(
        team=place.team, instance=place.instance, state=Project.State.READY
    )


def robots_at(place: Place) -> QuerySet[Robot]:
    """The robot accounts that the team has there."""
    return Robot.objects.filter(
        team=place.team, instance=place.instance, state=Robot.State.READY
    )


def problems_with_given(place: Place, names: Iterable[str], part: str) -> list[Problem]:
    """One for each project that the team does not have there."""
    names = list(names)
    had = set(projects_at(place).filter(name__in=names).values_list("name", flat=True))
    return [
        Problem(_("The team has no project “%s” there.") % name, part)
        for name in names if name not in had
    ]
