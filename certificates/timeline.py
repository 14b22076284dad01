"""The measures of the timeline chart: an SVG that needs no script and no style of its own."""

from dataclasses import dataclass
from datetime import date

from certificates.overview import Bar, Overview

WIDTH, HEIGHT, FLOOR = 960, 160, 128
_GAP = 4
_LEAST = 3


@dataclass(frozen=True, kw_only=True)
class Column:
    """A bar with its place in the picture."""

    bar: Bar
    x: float
    y: float
    width: float
    height: float
    middle: float


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The first day of a month under the bars."""

    x: float
    day: date


@dataclass(frozen=True, kw_only=True)
class Timeline:
    columns: list[Column]
    marks: list[Mark]
    most: int
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = FLOOR


def timeline_of(overview: Overview) -> Timeline:
    """Bars as high as their share of the highest; what is there at all can be seen."""
    weeks = overview.weeks
    step = WIDTH / len(weeks)
    most = max((bar.count for bar in weeks), default=0)
    columns = [_column(bar, place, step, most) for place, bar in enumerate(weeks)]
    return Timeline(columns=columns, marks=_months(weeks, step), most=most)


def _months(weeks: list[Bar], step: float) -> list[Mark]:
    """The first bar that begins in each month; two in a row would be written over each other."""
    begins = [
        place for place, bar in enumerate(weeks)
        if place == 0 or bar.begins.month != weeks[place - 1].begins.month
    ]
    apart = [
        place for place, following in zip(begins, [*begins[1:], len(weeks) + 2], strict=True)
        if following - place > 2
    ]
    return [Mark(x=round(place * step, 1), day=weeks[place].begins) for place in apart]


def _column(bar: Bar, place: int, step: float, most: int) -> Column:
    room = FLOOR - 18  # for the number above the highest
    height = max(_LEAST, bar.count / most * room) if bar.count else 0
    return Column(
        bar=bar, x=round(place * step + _GAP / 2, 1), y=round(FLOOR - height, 1),
        width=round(step - _GAP, 1), height=round(height, 1), middle=round((place + 0.5) * step, 1),
    )
