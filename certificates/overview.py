"""How many things end when: the groups of the report and its timeline, from one question."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, DateField, Func, Q, Value, When
from django.utils.translation import gettext_lazy as _

from certificates.ending import Wanted, day_end
from certificates.ending_rows import ends_of

ENDED, LATER = "ended", "later"
DAYS = (7, 30, 60, 90)
TITLES = {
    ENDED: _("Ended"), "7": _("Within 7 days"), "30": _("8 to 30 days"),
    "60": _("31 to 60 days"), "90": _("61 to 90 days"), LATER: _("Later"),
}
# What a group means for who looks: the sign and colour of its chips and bars.
SIGNS = {
    ENDED: "expired", "7": "failed", "30": "warning", "60": "valid", "90": "valid", LATER: "valid",
}
WEEKS = 26


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One week of the timeline, or all that comes after it."""

    begins: date
    group: str
    count: int


class Overview:
    """Counts by day (UTC) of everything that is wanted, whatever its end."""

    def __init__(self, wanted: Wanted, now: datetime) -> None:
        self.now = now
        self._today = now.astimezone(UTC).date()
        self._days: Counter[int] = Counter()
        self._ended = 0
        for day, over, count in _counts(wanted, now):
            if over:
                self._ended += count
            else:
                self._days[(day - self._today).days] += count

    @cached_property
    def groups(self) -> dict[str, int]:
        """How many things are in each group."""
        found = dict.fromkeys(TITLES, 0) | {ENDED: self._ended}
        for day, count in self._days.items():
            found[_group_of(day)] += count
        return found

    @property
    def total(self) -> int:
        return sum(self.groups.values())

    @cached_property
    def weeks(self) -> list[Bar]:
        """The next half year, seven days a bar; today belongs to the first."""
        counts: Counter[int] = Counter()
        for day, count in self._days.items():
            counts[max(0, day - 1) // 7] += count
        return [
            Bar(
                begins=self._today + timedelta(days=week * 7),
                group=_group_of(week * 7 + 1), count=counts[week],
            )
            for week in range(WEEKS)
        ]

    @property
    def after_the_weeks(self) -> int:
        return sum(count for day, count in self._days.items() if max(0, day - 1) // 7 >= WEEKS)


def group_of(until: datetime, now: datetime) -> str:
    """The group of something that ends at `until`."""
    if until <= now:
        return ENDED
    return _group_of((until.astimezone(UTC).date() - now.astimezone(UTC).date()).days)


def limited_to(wanted: Wanted, group: str, now: datetime) -> Wanted:
    """`wanted` within one group; everything for a group that is none."""
    if group == ENDED:
        return replace(wanted, before=now)
    if group == LATER:
        return replace(wanted, after=_last_moment(DAYS[-1], now))
    if group in TITLES:
        place = DAYS.index(int(group))
        after = _last_moment(DAYS[place - 1], now) if place else now
        return replace(wanted, after=after, before=_last_moment(DAYS[place], now))
    return wanted


def _last_moment(days: int, now: datetime) -> datetime:
    return day_end(days, now) - timedelta(microseconds=1)


def _group_of(day: int) -> str:
    return next((str(days) for days in DAYS if day <= days), LATER)


class _Day(Func):
    """The day (UTC) of a time. SQLite writes it first: its date functions are Python, and slow."""

    template = "(%(expressions)s AT TIME ZONE 'UTC')::date"
    output_field = DateField()

    def as_sqlite(self, *args: Any, **more: Any) -> tuple[str, Any]:
        return super().as_sql(*args, template="SUBSTR(%(expressions)s, 1, 10)", **more)


def _counts(wanted: Wanted, now: datetime) -> Iterator[tuple[date, bool, int]]:
    """(day, whether it is over, how many), counted by the database."""
    over = Case(When(Q(until__lte=now), then=Value(True)), default=Value(False))
    first, *others = (
        part.annotate(day=_Day("until"), over=over).values("day", "over")
        .annotate(count=Count("pk")).values_list("day", "over", "count")
        for part in ends_of(wanted)
    )
    yield from first.union(*others, all=True) if others else first
