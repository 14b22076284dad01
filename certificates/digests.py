"""The mails about what ends: one per person and day at most, each stage told once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext, ngettext

from certificates.ending import Ending, Wanted
from certificates.ending_rows import endings, rows_of
from certificates.stages import FIRST, STILL_NEWS, stage_of
from notices import recipients

KIND = "expiry"
# A mail is for reading; the report has the rest.
_LISTED = 50


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that has reached a stage."""

    ending: Ending
    stage: str

    @property
    def key(self) -> str:
        return f"{self.ending.key}:{self.stage}"


def items_now(now: datetime) -> Iterator[Item]:
    """Everything that has reached a stage, the first to end first."""
    near = Wanted(after=now - STILL_NEWS, before=now + FIRST, begins=True)
    for ending in endings(rows_of(near)):
        stage = stage_of(ending.since, ending.until, now)
        if stage:
            yield Item(ending=ending, stage=stage)


def by_address(items: Sequence[Item]) -> dict[str, list[Item]]:
    """What concerns whom: the people of the teams that own it, and ops everything."""
    members = recipients.members_of({team for item in items for team in item.ending.teams})
    told: dict[str, list[Item]] = defaultdict(list)
    everything = recipients.ops()
    for item in items:
        people = [address for team in item.ending.teams for address in members.get(team, ())]
        for address in dict.fromkeys((*people, *everything)):
            told[address].append(item)
    return told


def write(items: Sequence[Item], news: Sequence[str], now: datetime) -> tuple[str, str]:
    """Subject and text of the mail about those of `items` whose keys are news."""
    chosen = [item for item in items if item.key in set(news)]
    ended = [item for item in chosen if item.ending.until <= now]
    ending = [item for item in chosen if item.ending.until > now]
    text = render_to_string("certificates/mail/expiry.txt", {
        "ended": ended[:_LISTED], "ending": ending[:_LISTED],
        "more": max(0, len(ended) - _LISTED) + max(0, len(ending) - _LISTED),
        "console": settings.CONSOLE_URL, "now": now,
    })
    return _subject(chosen, ended), text


def _subject(chosen: Sequence[Item], ended: Sequence[Item]) -> str:
    if len(chosen) == 1:
        name, until = chosen[0].ending.title, chosen[0].ending.until
        words = gettext("%(name)s ended on %(day)s") if ended else gettext(
            "%(name)s ends on %(day)s"
        )
        return words % {"name": name, "day": f"{until:%Y-%m-%d}"}
    count = len(chosen)
    return ngettext("%d certificate ends soon", "%d certificates end soon", count) % count
