"""100,000 certificates: import, lists, searches, filters, report, CSV, calendar and metrics."""

import gc
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from asgiref.sync import async_to_sync
from auditlog.context import disable_auditlog
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from benchmarks.console import signed_in
from benchmarks.figures import machine, print_table
from benchmarks.inventory import write_inventory
from benchmarks.pages import measure
from certificates.calendar import calendar_parts, near
from certificates.ending import Wanted
from certificates.importing import import_certificates, stream_blocks
from certificates.models import Authority, Certificate, Endpoint
from certificates.report import report_lines
from lib.memory import settle

AIM_SECONDS, AIM_IMPORT = 2.0, 60.0
# More than that is no flat memory.
AIM_MIB = 64
ENDPOINTS = 500
TOKEN = "benchmark"  # noqa: S105  (of a console that lives for minutes)


def main(*, quick: bool) -> int:
    amount, times = (5_000, 5) if quick else (100_000, 20)
    settings.METRICS_TOKEN = TOKEN
    inventory = Path(settings.DATA_DIR) / "inventory.pem"
    began = time.perf_counter()
    write_inventory(inventory, amount)
    print(f"generated in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    settle()  # as command and web process do
    with disable_auditlog():
        took, busy, grown = _timed(lambda: _import(inventory))
        _give_owners_and_endpoints()
    _analyse()
    print(machine())
    good = took < AIM_IMPORT
    rows = [["import", f"{took:.1f}", f"{busy:.1f}", f"{grown:.0f}", "" if good else "missed"]]
    rows += [_row(name, work) for name, work in _whole_files()]
    print_table(
        f"{amount} certificates on {connection.vendor}: whole files "
        f"(aim: < {AIM_SECONDS:.0f} s, memory flat)",
        ["what", "seconds", "of our CPU", "MiB more", ""], rows,
    )
    client = signed_in()
    measured = [measure(client, name, amount, url, times) for name, url in _pages()]
    print_table(
        f"{amount} certificates on {connection.vendor}: pages (aim: p95 < 200 ms, 12 queries)",
        ["page", "rows", "p50 ms", "p95 ms", "CPU ms", "queries", "KiB", ""],
        [each.row() for each in measured],
    )
    return 0 if all(each.is_good for each in measured) and not any(r[-1] for r in rows) else 1


def _import(inventory: Path) -> None:
    with inventory.open() as lines:
        done = import_certificates(stream_blocks(lines))
    assert not done.broken, done.problems


def _give_owners_and_endpoints() -> None:
    teams = [Group.objects.create(name=f"team-{number}") for number in range(50)]
    first = Certificate.objects.order_by("pk").values_list("pk", flat=True)[0]
    last = Certificate.objects.order_by("-pk").values_list("pk", flat=True)[0]
    step = -(-(last - first + 1) // len(teams))
    for place, team in enumerate(teams):
        begin = first + place * step
        Certificate.objects.filter(pk__gte=begin, pk__lt=begin + step).update(owner=team)
    expected = Certificate.objects.order_by("not_after").only("pk", "common_name")
    Endpoint.objects.bulk_create(
        Endpoint(address=each.common_name, port=443, server_name=each.common_name, expected=each,
                 breaks="Nobody can push or pull.", owner=teams[0])
        for each in expected[2000:2000 + ENDPOINTS]
    )


def _analyse() -> None:
    """What autovacuum would have done after a minute."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _whole_files() -> Iterator[tuple[str, Callable[[], int]]]:
    client, now = signed_in(), timezone.now()
    report = reverse("certificates:report")
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    yield "report page", lambda: len(client.get(report, secure=True).content)
    yield "CSV, all", lambda: _read(report_lines(Wanted(), now))
    yield "calendar, a year", lambda: _read(calendar_parts(near(None, now), now))
    yield "metrics", lambda: len(client.get("/metrics", secure=True, headers=bearer).content)


@async_to_sync
async def _read(parts: object) -> int:
    return sum([len(part) async for part in parts])


def _row(name: str, work: Callable[[], int]) -> list[str]:
    took, busy, grown = _timed(work)
    good = took < AIM_SECONDS and grown < AIM_MIB
    return [name, f"{took:.2f}", f"{busy:.2f}", f"{grown:.0f}", "" if good else "missed"]


def _timed(work: Callable[[], object]) -> tuple[float, float, float]:
    """Seconds, those of our own CPU, and by how many MiB the most memory ever used grew."""
    gc.collect()
    before, began, busy = _peak(), time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - busy, _peak() - before


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _pages() -> list[tuple[str, str]]:
    certificate = Certificate.objects.order_by("pk")[4321]
    lists = reverse("admin:certificates_certificate_changelist")
    report = reverse("certificates:report")
    team, authority = Group.objects.get(name="team-0"), Authority.objects.first()
    queries = {
        "": "", "last page": f"p={-(-Certificate.objects.count() // 50)}",
        "search SAN": "q=alias-77777.", "search part of many": "q=team-7",
        "search address": f"q={certificate.sans[-1]}", "search serial": f"q={certificate.serial}",
        "search issuer": "q=Issuing+CA+3", "search nothing": "q=xyzzy",
        "ends within 30": "ends=30", "ended": "ends=over", "later": "ends=later",
        "state": "state__exact=valid", "usage": "usage__exact=client",
        "owner": f"owner__id__exact={team.pk}",
        "authority": f"authority__id__exact={authority.pk}",
        "owner, state, search": f"owner__id__exact={team.pk}&state__exact=valid&q=alias-1",
        "sorted by name": "o=1",
    }
    return [
        *((f"certificates: {name or 'first page'}", f"{lists}?{q}") for name, q in queries.items()),
        ("certificate", reverse("admin:certificates_certificate_change", args=[certificate.pk])),
        ("report", report), ("report: within 7", f"{report}?within=7"),
        ("report: later, page 100", f"{report}?within=later&page=100"),
        ("report: search", f"{report}?q=alias-77777."),
        ("report: search part of many", f"{report}?q=team-7"),
        ("report: owner", f"{report}?owner={team.pk}"),
        ("endpoints", reverse("admin:certificates_endpoint_changelist")),
        ("authorities", reverse("admin:certificates_authority_changelist")),
    ]
