"""What a team may choose from, and what is left of it; asks the database, nobody outside."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from deployments.models import HarborInstance
from lib.sizes import GIB, MIB
from nutanix.models import Cluster
from portal.models import Project, Request, Robot, Team

State = HarborInstance.State


def instances_for(team: Team) -> QuerySet[HarborInstance]:
    """Registries in use that the team owns or is offered."""
    offered = Q(offers__team=None, offers__isnull=False) | Q(offers__team=team)
    return HarborInstance.objects.filter(
        Q(owner=team.group_id) | offered, state__in=(State.RUNNING, State.DEGRADED)
    ).distinct()


def projects_of(team: Team) -> QuerySet[Project]:
    """What the team has now."""
    return Project.objects.filter(team=team, state=Project.State.READY).select_related("instance")


def robots_of(team: Team) -> QuerySet[Robot]:
    """The robot accounts that the team has now."""
    return Robot.objects.filter(team=team, state=Robot.State.READY).select_related("instance")


def clusters() -> QuerySet[Cluster]:
    """Where a whole registry can be asked for."""
    return Cluster.objects.all()


@dataclass(frozen=True, kw_only=True)
class Room:
    """Of a registry, in bytes: what its volume holds, what was promised, what is asked for."""

    total: int
    promised: int
    asked: int

    @property
    def left(self) -> int:
        """May be negative: promises are not reserved by Harbor."""
        return self.total - self.promised


def room_of(instance: HarborInstance) -> Room:
    """For the approver: what can still be promised."""
    return rooms_of([instance])[instance.pk]


def rooms_of(instances: Iterable[HarborInstance]) -> dict[int, Room]:
    """Of several registries by their keys, in one query."""
    instances = {instance.pk: instance for instance in instances}
    here = {"instance": OuterRef("pk")}
    living = Project.objects.filter(**here).exclude(state=Project.State.GONE)
    waiting = Request.objects.undecided().filter(
        **here, kind__in=(Request.Kind.PROJECT, Request.Kind.QUOTA)
    )
    sums = HarborInstance.objects.filter(pk__in=instances).order_by().values_list(
        "pk", _sum_of(living, "quota_mib"), _sum_of(waiting, "size")
    )
    return {
        pk: Room(
            total=instances[pk].gib_of("registry") * GIB, promised=(promised or 0) * MIB,
            asked=(asked or 0) * GIB,
        )
        for pk, promised, asked in sums
    }


def _sum_of(rows: QuerySet, field: str) -> Subquery:
    return Subquery(rows.order_by().values("instance").annotate(sum=Sum(field)).values("sum"))
