"""Certificates, and the expiry report, as CSV, streamed."""

import csv
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Count, QuerySet

from certificates.advice import adviser
from certificates.ending import Ending, Wanted
from certificates.ending_rows import endings, rows_of
from certificates.models import Certificate

_COLUMNS = {
    "common_name": "common name",
    "sans": "names and addresses",
    "usage": "usage",
    "state": "state",
    "owner__name": "owner",
    "authority__name": "authority",
    "issuer_name": "issuer",
    "serial": "serial number",
    "key_type": "key",
    "not_before": "valid from",
    "not_after": "valid until",
    "fingerprint": "sha-256 fingerprint",
    "places": "endpoints",
}
_REPORT_COLUMNS = (
    "ends", "days left", "what", "name", "owner", "served at", "what breaks", "what to do",
    "issuer", "serial number",
)
# Spreadsheets run what begins with one of these.
_FORMULA_STARTS = frozenset("=+-@\t\r\n")
_AT_ONCE = 1000


async def report_lines(wanted: Wanted, now: datetime) -> AsyncIterator[str]:
    """The expiry report: the header, then lines by the thousand."""
    yield _lines([_REPORT_COLUMNS])
    advise = adviser()
    remaining = (_report_row(each, now, advise) for each in endings(rows_of(wanted)))
    while lines := await sync_to_async(_next_lines)(remaining):
        yield lines


def _report_row(
    ending: Ending, now: datetime, advise: Callable[[Ending], str]
) -> tuple[str, ...]:
    places = ending.places
    return (
        ending.until.isoformat(), str((ending.until - now).days), ending.what, ending.title,
        ending.team_name, " ".join(f"{place.name} ({place.where})" for place in places),
        " ".join(place.breaks for place in places), advise(ending), ending.issuer, ending.number,
    )


async def csv_lines(certificates: QuerySet[Certificate]) -> AsyncIterator[str]:
    """The header, then lines by the thousand; asynchronous, so that servers do not buffer it."""
    yield _lines([_COLUMNS.values()])
    rows = certificates.annotate(places=Count("endpoints")).values_list(*_COLUMNS)
    # Django's own aiterator() queries in the event loop when it is given values_list().
    remaining = rows.iterator(chunk_size=_AT_ONCE)
    while lines := await sync_to_async(_next_lines)(remaining):
        yield lines


def _next_lines(rows: Iterator[Iterable[Any]]) -> str:
    """The next thousand of them; empty at the end."""
    return _lines(islice(rows, _AT_ONCE))


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(safe_cells(row) for row in rows)
    return text.getvalue()


def safe_cells(values: Iterable[Any]) -> list[str]:
    """The values as text that no spreadsheet takes for a formula."""
    return [_safe(value) for value in values]


def _safe(value: Any) -> str:
    if type(value) is not str:
        value = _text(value)
    return f"'{value}" if value[:1] in _FORMULA_STARTS else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
