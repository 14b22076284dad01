"""What somebody asks of the expiry report, as the address of the page says it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode

from certificates.ending import AUTHORITY, CERTIFICATE, ENDPOINT, Ending, Wanted
from certificates.ending_rows import endings, rows_of
from certificates.overview import SIGNS, TITLES, Overview, limited_to

ROWS = 50


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some rows of the list and where they are in it."""

    rows: list[Ending]
    first: int
    total: int
    previous: str
    following: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A group, filters and a page number; nonsense in the address means no limit."""

    teams: tuple[int, ...] | None
    group: str = ""
    owner: int | None = None
    what: str = ""
    words: str = ""
    number: int = 1

    @classmethod
    def from_query(cls, query: QueryDict, teams: tuple[int, ...] | None) -> "Asked":
        group, what = query.get("within", ""), query.get("what", "")
        return cls(
            teams=teams,
            group=group if group in TITLES else "",
            owner=_number(query.get("owner")),
            what=what if what in (CERTIFICATE, AUTHORITY, ENDPOINT) else "",
            # PostgreSQL refuses NUL in a text.
            words=query.get("q", "").replace("\0", "").strip()[:100],
            number=_number(query.get("page")) or 1,
        )

    @property
    def wanted(self) -> Wanted:
        return Wanted(teams=self.teams, owner=self.owner, what=self.what, words=self.words)

    def within(self, now: datetime) -> Wanted:
        """Limited to the chosen group, too."""
        return limited_to(self.wanted, self.group, now)

    def overview(self, now: datetime) -> Overview:
        return Overview(self.wanted, now)

    def tabs(self, overview: Overview) -> list[dict[str, Any]]:
        """The groups with their counts; choosing the chosen one again shows all."""
        return [
            {
                "name": name, "title": title, "count": overview.groups[name],
                "sign": SIGNS[name], "chosen": name == self.group,
                "query": self.query(within="" if name == self.group else name),
            }
            for name, title in TITLES.items()
        ]

    def page(self, overview: Overview, now: datetime) -> Page:
        total = overview.groups[self.group] if self.group else overview.total
        number = min(self.number, max(1, -(-total // ROWS)))
        start = (number - 1) * ROWS
        rows = list(endings(rows_of(self.within(now))[start:start + ROWS]))
        return Page(
            rows=rows, first=start + 1, total=total,
            previous=self.query(page=number - 1) if number > 1 else "",
            following=self.query(page=number + 1) if start + ROWS < total else "",
        )

    @property
    def files_query(self) -> str:
        return self.query(page="")

    def query(self, **changes: Any) -> str:
        """The address of the same question with something changed; a change begins at page 1."""
        values = {"within": self.group, "owner": self.owner, "what": self.what, "q": self.words}
        values |= changes
        return "?" + urlencode({name: value for name, value in values.items() if value})


def _number(text: str | None) -> int | None:
    """A positive number that the database can hold."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
