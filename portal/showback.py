"""What teams were promised and use, project by project; asks the database only."""

from collections.abc import AsyncIterator, Iterable, Iterator
from csv import writer
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from asgiref.sync import sync_to_async
from django.db.models import Count, QuerySet, Sum

from certificates.report import safe_cells
from lib.sizes import MIB
from portal.models import Project, Team

_AT_ONCE = 500
_COLUMNS = (
    "team", "cost center", "registry", "project", "space MiB", "used MiB", "measured", "made",
)


@dataclass(frozen=True, kw_only=True)
class Total:
    """Of a team, or of all: bytes."""

    team: Team | None
    projects: int = 0
    promised: int = 0
    used: int = 0


def projects_for(team: Team | None) -> QuerySet[Project]:
    """What there is now, of one team or of all."""
    found = Project.objects.filter(state=Project.State.READY).select_related("instance", "team")
    return found.filter(team=team) if team else found.order_by("team__name", "name", "pk")


def total_of(team: Team | None) -> Total:
    """All of it together."""
    return _total(team, projects_for(team).order_by().aggregate(**_SUMS))


def totals_of(teams: Iterable[Team]) -> list[Total]:
    """One for each of these teams, in their order, by one query."""
    teams = list(teams)
    sums = Project.objects.filter(state=Project.State.READY, team__in=teams).order_by().values(
        "team"
    ).annotate(**_SUMS)
    found = {row["team"]: row for row in sums}
    return [_total(team, found.get(team.pk, {})) for team in teams]


_SUMS = {"projects": Count("pk"), "promised": Sum("quota_mib"), "used": Sum("used_bytes")}


def _total(team: Team | None, row: dict[str, int | None]) -> Total:
    return Total(
        team=team, projects=row.get("projects") or 0, used=row.get("used") or 0,
        promised=(row.get("promised") or 0) * MIB,
    )


async def csv_of(team: Team | None) -> AsyncIterator[str]:
    """A line per project; asynchronous, so that servers do not buffer it."""
    yield _lines([_COLUMNS])
    rows = (_row(project) for project in projects_for(team).iterator(chunk_size=_AT_ONCE))
    while lines := await sync_to_async(_next_lines)(rows):
        yield lines


def _next_lines(rows: Iterator[Iterable[object]]) -> str:
    return _lines(islice(rows, _AT_ONCE))


def _lines(rows: Iterable[Iterable[object]]) -> str:
    text = StringIO()
    writer(text).writerows(safe_cells(row) for row in rows)
    return text.getvalue()


def _row(project: Project) -> tuple[object, ...]:
    used = "" if project.used_bytes is None else -(-project.used_bytes // MIB)
    return (
        project.team.name, project.team.cost_center, project.instance.registry_host, project.name,
        project.quota_mib, used, project.used_at, project.created_at,
    )
