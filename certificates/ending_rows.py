"""What ends when: the one question that page, CSV, calendar, mails and figures all ask.

Certificates, authorities, and what endpoints serve that is not in the books, as rows of one shape.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from certificates.ending import AUTHORITY, CERTIFICATE, ENDPOINT, Ending, Place, Wanted
from certificates.models import Authority, Certificate, Endpoint
from certificates.search import matching

# In the order of Ending; the last says whether there are places to look up.
_COLUMNS = (
    "what", "row", "title", "issuer", "number", "since", "until", "team", "team_name",
    "signer", "ours", "served",
)
_AT_ONCE = 2000
_OURS = (Authority.Kind.MADE, Authority.Kind.IMPORTED)
_NOTHING = Value("", CharField())
_NO_TIME = Value(None, DateTimeField())


def ends_of(wanted: Wanted) -> list[QuerySet]:
    """One query per kind with nothing but `until`: for counting, by an index alone."""
    return [
        _limited(found.order_by().annotate(until=columns["until"]), wanted)
        for found, columns in _parts_of(wanted)
    ]


def rows_of(wanted: Wanted) -> QuerySet:
    """All of them in one query, the first to end first; may be sliced."""
    first, *others = (
        _limited(_shaped(found, columns), wanted).values_list(*_COLUMNS)
        for found, columns in _parts_of(wanted)
    )
    united = first.union(*others, all=True) if others else first
    return united.order_by("until", "row", "what")


def endings(rows: QuerySet) -> Iterator[Ending]:
    """The rows with their places, some hundred at a time: memory stays flat."""
    remaining = rows.iterator(chunk_size=_AT_ONCE)
    while chunk := list(islice(remaining, _AT_ONCE)):
        places = _places_of(chunk)
        for row in chunk:
            yield Ending(*row[:-1], tuple(places[row[:2]]) if row[-1] else ())


def _parts_of(wanted: Wanted) -> Iterator[tuple[QuerySet, dict[str, Any]]]:
    """The rows of each kind, and what their columns are called there."""
    made = {CERTIFICATE: _certificates, AUTHORITY: _authorities, ENDPOINT: _endpoints}
    return (make(wanted) for what, make in made.items() if wanted.what in ("", what))


def _certificates(wanted: Wanted) -> tuple[QuerySet, dict[str, Any]]:
    found = Certificate.objects.filter(state=Certificate.State.VALID)
    if wanted.teams is not None:
        # A subquery: a join would give a certificate once for each of its endpoints.
        served = Endpoint.objects.filter(owner__in=wanted.teams, expected__isnull=False)
        found = found.filter(Q(owner__in=wanted.teams) | Q(pk__in=served.values("expected")))
    if wanted.words:
        found = matching(found, wanted.words)
    return found, {
        "what": Value(CERTIFICATE), "title": F("common_name"), "issuer": F("issuer_name"),
        "number": F("serial"), "since": _begin(wanted), "until": F("not_after"),
        "signer": Coalesce("authority__name", _NOTHING),
        "ours": Case(When(authority__kind__in=_OURS, then=Value(True)), default=Value(False)),
        "served": Exists(Endpoint.objects.filter(expected=OuterRef("pk"))),
    }


def _authorities(wanted: Wanted) -> tuple[QuerySet, dict[str, Any]]:
    found = Authority.objects.all()
    if wanted.teams is not None:
        found = found.filter(owner__in=wanted.teams)
    if wanted.words:
        found = found.filter(Q(name__icontains=wanted.words) | Q(serial=wanted.words.lower()))
    return found, {
        "what": Value(AUTHORITY), "title": F("name"), "issuer": F("issuer_name"),
        "number": F("serial"), "since": _begin(wanted), "until": F("not_after"),
        "signer": Coalesce("parent__name", _NOTHING),
        "ours": Case(When(kind__in=_OURS, then=Value(True)), default=Value(False)),
        "served": Value(False),
    }


def _endpoints(wanted: Wanted) -> tuple[QuerySet, dict[str, Any]]:
    """What is served beside the books: nothing is expected there, or something else is seen."""
    found = Endpoint.objects.filter(served_until__isnull=False).filter(
        Q(expected__isnull=True) | Q(state__in=Endpoint.DIFFERENT)
    )
    if wanted.teams is not None:
        found = found.filter(owner__in=wanted.teams)
    if wanted.words:
        found = found.filter(
            Q(server_name__icontains=wanted.words) | Q(served_issuer__icontains=wanted.words)
        )
    return found, {
        "what": Value(ENDPOINT), "title": F("server_name"), "issuer": F("served_issuer"),
        "number": F("served_fingerprint"), "since": _NO_TIME,
        "until": F("served_until"), "signer": _NOTHING, "ours": Value(False), "served": Value(True),
    }


def _begin(wanted: Wanted) -> F | Value:
    return F("not_before") if wanted.begins else _NO_TIME


def _shaped(found: QuerySet, columns: dict[str, Any]) -> QuerySet:
    return found.order_by().annotate(
        row=F("pk"), team=F("owner"), team_name=Coalesce("owner__name", _NOTHING),
        **columns,
    )


def _limited(found: QuerySet, wanted: Wanted) -> QuerySet:
    if wanted.after:
        found = found.filter(until__gt=wanted.after)
    if wanted.before:
        found = found.filter(until__lte=wanted.before)
    return found.filter(owner=wanted.owner) if wanted.owner else found


def _places_of(chunk: Sequence[tuple]) -> dict[tuple[str, int], list[Place]]:
    """Where the certificates of these rows are expected; an endpoint is its own place."""
    served = [row[:2] for row in chunk if row[-1]]
    rows = {what: [row for kind, row in served if kind == what] for what in (CERTIFICATE, ENDPOINT)}
    found: dict[tuple[str, int], list[Place]] = defaultdict(list)
    columns = ("pk", "expected", "server_name", "address", "port", "state", "breaks", "owner")
    wanted = Q(expected__in=rows[CERTIFICATE]) | Q(pk__in=rows[ENDPOINT])
    own = set(rows[ENDPOINT])
    for pk, expected, name, address, port, state, breaks, team in Endpoint.objects.filter(
        wanted
    ).values_list(*columns):
        place = Place(name=name, where=f"{address}:{port}", state=state, breaks=breaks, team=team)
        if pk in own:
            found[ENDPOINT, pk].append(place)
        if expected:
            found[CERTIFICATE, expected].append(place)
    return found
