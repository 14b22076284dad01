"""Every list of the admin with 10,000 rows, and the page of an operation with 100,000 lines."""

import sys
import time
from dataclasses import dataclass
from typing import Any

from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.console import signed_in
from benchmarks.figures import machine, percentile, print_table
from benchmarks.rows import fill, of_any
from certificates.models import Authority, Certificate, Endpoint
from deployments.models import HarborInstance, Release
from hosts.models import DockerHost, Volume
from lib.memory import settle
from nutanix.models import Cluster, Prism
from operations.models import CheckResult, LogLine, Operation, Schedule, StepRun

AIM_MS, AIM_QUERIES = 200, 12
# A page that is very slow is asked for fewer times.
PATIENCE_MS = 5_000
LONG_LOG = "operation with the long log"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One page, asked for several times."""

    name: str
    rows: int
    times: list[float]
    busy: float  # of our CPU, in ms a page: what does not depend on who else is busy
    queries: int
    size: int

    @property
    def p95(self) -> float:
        return percentile(self.times, 95)

    @property
    def is_good(self) -> bool:
        return self.p95 < AIM_MS and self.queries <= AIM_QUERIES

    def row(self) -> list[object]:
        return [
            self.name, self.rows, f"{percentile(self.times, 50):.0f}", f"{self.p95:.0f}",
            f"{self.busy:.0f}", self.queries, f"{self.size / 1024:.0f}",
            "" if self.is_good else "missed",
        ]


def main(*, quick: bool) -> int:
    amount, times = (1_000, 5) if quick else (10_000, 20)
    with disable_auditlog():
        long_log = fill_all(amount)
    client = signed_in()
    settle()  # as the web process does
    measured = [
        measure(client, name, rows, address, times)
        for name, rows, address in _pages(long_log)
    ]
    return tell(measured)


def tell(measured: list[Measured]) -> int:
    """The table, and 0 when every page is good."""
    print(machine())
    print_table(
        f"Pages on {connection.vendor} (aim: p95 < {AIM_MS} ms, at most {AIM_QUERIES} queries)",
        ["page", "rows", "p50 ms", "p95 ms", "CPU ms", "queries", "KiB", ""],
        [each.row() for each in measured],
    )
    return 0 if all(each.is_good for each in measured) else 1


def fill_all(amount: int) -> Operation:
    """Rows in every table that has a page; returns the operation with ten times as many lines."""
    fill(Group, 50)
    fill(User, amount, is_active=True, password="!")  # noqa: S106  (nobody can log in)
    fill(Prism, 20)
    fill(Cluster, 200)
    fill(Authority, amount, parent=None, key_type="EC P-256")
    fill(Certificate, amount, state="valid", revoked_at=None, reason="", key_type="EC P-256")
    fill(Endpoint, amount, **of_any(Group))
    fill(DockerHost, amount, requests={})
    fill(Volume, amount, requests={})
    fill(Release, amount, source="archive")
    fill(HarborInstance, amount, host=iter(DockerHost.objects.all()), takes_over=None)
    fill(Schedule, amount, enabled=False, kind="self-test", **of_any(Group))
    for model in (AccessAttempt, AccessLog, AccessFailureLog):
        fill(model, amount, user_agent="Firefox", path_info="/login/")
    fill(LogEntry, amount, action=1, changes={"name": ["a", "b"]}, **_about_an_instance())
    return _fill_operations(amount)


def _about_an_instance() -> dict[str, Any]:
    row = of_any(HarborInstance)
    return {"content_type": row["content_type"], "object_pk": row["object_id"], "object_repr": "x"}


def _fill_operations(amount: int) -> Operation:
    about = of_any(HarborInstance)
    fill(Operation, amount, kind="self-test", state="succeeded", **about)
    long = Operation.objects.create(
        kind="deploy", title=LONG_LOG, subject_name="demo", state="running", attempt=1,
        last_line=amount * 10, **about,
    )
    fill(StepRun, 12, operation=long)
    fill(CheckResult, 17, operation=long)
    fill(LogLine, amount * 10, operation=long, number=iter(range(1, amount * 10 + 1)))
    return long


def _pages(long_log: Operation) -> list[tuple[str, int, str]]:
    lists = sorted(_lists(), key=lambda page: page[0])
    lines = LogLine.objects.count()
    page = reverse("operations:operation", args=[long_log.uuid])
    older = reverse("operations:lines", args=[long_log.uuid])
    return [
        ("first page of the admin", 0, reverse("admin:index")),
        *lists,
        ("operation", lines, page),
        ("operation: older lines", lines, f"{older}?before={lines // 2}"),
        ("operation: search", lines, f"{older}?q={lines // 2}"),
        ("operation in the admin", lines,
         reverse("admin:operations_operation_change", args=[long_log.pk])),
    ]


def _lists() -> list[tuple[str, int, str]]:
    """First page, last page and a search of every list in the admin."""
    found = []
    for model, its_admin in admin.site._registry.items():
        rows = model._base_manager.count()
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        last = -(-rows // its_admin.list_per_page)
        name = model._meta.verbose_name_plural
        found += [(name, rows, address), (f"{name}: last", rows, f"{address}?p={last}")]
        if its_admin.search_fields:
            found.append((f"{name}: search", rows, f"{address}?q=77"))
    return found


def measure(client: Client, name: str, rows: int, address: str, times: int) -> Measured:
    """Ask for the page again and again, as this person."""
    answer = client.get(address, secure=True)  # templates are compiled by the first
    assert answer.status_code == 200, f"{address} answers {answer.status_code}"
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address, secure=True)
        queries = len(captured)
    took = []
    busy = time.process_time()
    while len(took) < times and sum(took) < PATIENCE_MS:
        began = time.perf_counter()
        client.get(address, secure=True)
        took.append((time.perf_counter() - began) * 1000)
    busy = (time.process_time() - busy) * 1000 / len(took)
    print(f"{name}: {percentile(took, 50):.0f} ms", file=sys.stderr)
    return Measured(
        name=name, rows=rows, times=took, busy=busy, queries=queries, size=len(answer.content)
    )
