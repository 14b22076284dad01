"""What a team has, what is under way and what ends soon, as its home page shows it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from certificates.models import Certificate
from deployments.models import HarborInstance
from portal.choices import instances_for, projects_of, robots_of
from portal.models import Project, Request, Robot, Team

SHOWN = 25
_SOON = timedelta(days=30)
_OPEN = (Request.State.DRAFT, *Request.UNDER_WAY)


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """At most SHOWN of each; every list was asked for once."""

    registries: list[HarborInstance]
    projects: list[Project]
    robots: list[Robot]
    certificates: list[Certificate]
    under_way: list[Request]

    @property
    def ending(self) -> list[tuple[object, object]]:
        """(what, when) of what ends within a month, the first to end first."""
        limit = timezone.now() + _SOON
        ends = [(robot, robot.expires_at) for robot in self.robots if robot.expires_at]
        ends += [(one, one.not_after) for one in self.certificates if one.not_after]
        return sorted((end for end in ends if end[1] <= limit), key=lambda end: end[1])

    # How many of each are shown at most.
    shown: int = SHOWN

    @property
    def is_empty(self) -> bool:
        return not (self.projects or self.robots or self.certificates or self.under_way)


def belongings_of(team: Team) -> Belongings:
    """Rows only: showing a page asks no registry."""
    under_way, certificates = _requests_of(team)
    return Belongings(
        registries=list(instances_for(team)[:SHOWN]), projects=list(projects_of(team)[:SHOWN]),
        robots=list(robots_of(team)[:SHOWN]), certificates=certificates, under_way=under_way,
    )


def _requests_of(team: Team) -> tuple[list[Request], list[Certificate]]:
    """What is not at its end yet, and the certificates of what was delivered; in one query."""
    valid = Q(state__in=Request.IN_USE, certificate__state=Certificate.State.VALID)
    rows = list(team.requests.filter(Q(state__in=_OPEN) | valid).select_related(
        "instance", "requester", "certificate"
    )[: 2 * SHOWN])
    certificates = [row.certificate for row in rows if row.state in Request.IN_USE]
    return (
        [row for row in rows if row.state in _OPEN][:SHOWN],
        sorted(certificates, key=lambda one: one.not_after)[:SHOWN],
    )
