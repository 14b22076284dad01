"""The expiry report as a calendar (RFC 5545): one day-long event for each end."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import islice

from asgiref.sync import sync_to_async
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from certificates.advice import adviser
from certificates.ending import Ending, Wanted
from certificates.ending_rows import endings, rows_of

_BEFORE, _AFTER = timedelta(days=30), timedelta(days=400)
_AT_ONCE = 500
# RFC 5545 3.1: lines are folded at 75 octets, without their ends.
_OCTETS = 75


def near(teams: tuple[int, ...] | None, now: datetime) -> Wanted:
    """What belongs into a calendar: what ended lately or ends within a year or so."""
    return Wanted(teams=teams, after=now - _BEFORE, before=now + _AFTER)


async def calendar_parts(wanted: Wanted, now: datetime) -> AsyncIterator[str]:
    """The calendar, streamed."""
    yield _lines("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Slipway//Expiry//EN",
                 f"X-WR-CALNAME:{_escaped(_('Certificates'))}")
    remaining = endings(rows_of(wanted))
    write = _Writer(now)
    while chunk := await sync_to_async(list)(islice(remaining, _AT_ONCE)):
        yield "".join(write.event(ending) for ending in chunk)
    yield _lines("END:VCALENDAR")


class _Writer:
    """What all events of one calendar share, asked for once."""

    def __init__(self, now: datetime) -> None:
        self.stamp = f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}"
        self.title = _("%(name)s ends")
        self.advise = adviser()
        report = f"{settings.CONSOLE_URL}{reverse('certificates:report')}"
        self.links = [f"URL:{report}"] if settings.CONSOLE_URL else []

    def event(self, ending: Ending) -> str:
        return _lines(
            "BEGIN:VEVENT", f"UID:{ending.what}-{ending.row}@slipway", self.stamp,
            f"DTSTART;VALUE=DATE:{ending.until:%Y%m%d}",
            f"SUMMARY:{_escaped(self.title % {'name': ending.title})}",
            f"DESCRIPTION:{_escaped(self._description(ending))}",
            *self.links, "TRANSP:TRANSPARENT", "END:VEVENT",
        )

    def _description(self, ending: Ending) -> str:
        lines = [f"{ending.until:%Y-%m-%d %H:%M} UTC", ending.issuer]
        lines += [f"{place.name} ({place.where}) {place.breaks}" for place in ending.places]
        return "\n".join((*lines, self.advise(ending)))


def _escaped(text: str) -> str:
    """RFC 5545 3.3.11; a carriage return would begin a line of its own."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def _lines(*lines: str) -> str:
    return "".join(_folded(line) for line in lines)


def _folded(line: str) -> str:
    rest, parts = line.encode(), []
    while len(rest) > _OCTETS:
        cut = _OCTETS
        while rest[cut] & 0xC0 == 0x80:  # in the middle of a sign
            cut -= 1
        parts.append(rest[:cut])
        rest = b" " + rest[cut:]
    return b"\r\n".join((*parts, rest, b"")).decode()
