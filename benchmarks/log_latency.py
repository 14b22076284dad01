"""From a step's run.log to the row in a browser: worker, database, ring, socket, Chromium.

Beside it, in the same minute and on the same console: a page that asks every 3 s, as consoles
without a live log do.
"""

import time
from dataclasses import dataclass

from django.contrib.auth.models import Group
from playwright.sync_api import BrowserContext, Page

from benchmarks.browser import WATCH, delays_of, watched_page, window
from benchmarks.console import Console
from benchmarks.figures import machine, percentile, print_table, ratio
from operations import services
from operations.models import LogLine, Operation

AIM_MS = 300
POLL = """
async (address) => {
  const list = document.createElement("ol");
  document.body.replaceChildren(list);
  let last = 1; // 0 would ask for the newest, and miss lines
  const look = async () => {
    for (let more = true; more; ) {
      const answer = await (await fetch(`${address}?after=${last}&limit=1000`)).json();
      for (const line of answer.lines) {
        list.append(document.createElement("li"));
        list.lastChild.textContent = line.text;
        last = line.n;
      }
      while (list.childElementCount > 400) list.firstChild.remove();
      more = answer.lines.length === 1000;
    }
    setTimeout(look, 3000);
  };
  look();
}
"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One round, as one viewer saw it."""

    delays: dict[int, float]
    lost: int
    doubled: int

    def row(self) -> list[object]:
        values = list(self.delays.values())
        times = [f"{percentile(values, percent):.0f}" for percent in (50, 95, 100)]
        return [*times, self.lost, self.doubled]


def main(*, quick: bool) -> int:
    seconds = 3 if quick else 10
    rows, good = [], True
    with Console() as console, window(console) as context:
        for rate in (100, 1000):
            live, polled = (
                way(console, context, rate, rate * seconds) for way in (_live, _polled)
            )
            p95 = [percentile(list(each.delays.values()), 95) for each in (live, polled)]
            rows.append([rate, "live log", *live.row(), ""])
            rows.append([rate, "page that asks every 3 s", *polled.row(), ratio(p95[1], p95[0])])
            good = good and not live.lost and not live.doubled and p95[0] < AIM_MS
    print(machine())
    print_table(
        f"Log line to browser, {seconds} s each (aim: p95 < {AIM_MS} ms, none lost or doubled)",
        ["lines/s", "way", "p50 ms", "p95 ms", "longest ms", "lost", "doubled", "live is"],
        rows,
    )
    return 0 if good else 1


def _live(console: Console, context: BrowserContext, rate: int, lines: int) -> Measured:
    operation = _talking(f"live, {rate} lines a second", rate, lines)
    page = watched_page(context, f"/operations/{operation.uuid}/")
    _run(console, operation, page, lines)
    seen = _seen_live(page, lines)
    page.close()
    return seen


def _polled(console: Console, context: BrowserContext, rate: int, lines: int) -> Measured:
    operation = _talking(f"polled, {rate} lines a second", rate, lines)
    page = _polling_page(context, f"/operations/{operation.uuid}/lines/")
    _run(console, operation, page, lines)
    delays = delays_of(page)
    page.close()
    return Measured(delays=delays, lost=lines - len(delays), doubled=0)


def _talking(name: str, rate: int, lines: int) -> Operation:
    subject = Group.objects.create(name=name)
    return services.start("talk", subject, parameters={"rate": rate, "lines": lines})


def _run(console: Console, operation: Operation, page: Page, lines: int) -> None:
    """A worker comes, runs it and goes; the page has shown the last line."""
    console.manage("work", "operations", "--burst").wait()
    operation.refresh_from_db()
    assert operation.state == Operation.State.SUCCEEDED, operation.reason
    said = LogLine.objects.filter(operation=operation, text__startswith="said ").count()
    assert said == lines, f"{lines} lines were said and {said} stored."
    page.wait_for_function("(n) => seen.delays.has(n)", arg=lines, timeout=60_000, polling=500)


def _polling_page(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(path)
    page.evaluate(POLL, path)
    return page


def _seen_live(page: Page, lines: int) -> Measured:
    """Lost and doubled are counted where lines enter the page, and again in the rows it shows."""
    arrived = [number for number, _ in page.evaluate("seen.arrived")]
    time.sleep(0.2)  # the last frame is drawn
    shown = [int(n) for n in page.locator("[data-lines] .n").all_text_contents()]
    gaps = sum(1 for one, next_one in zip(shown, shown[1:], strict=False) if next_one != one + 1)
    return Measured(
        delays=delays_of(page),
        lost=lines - len(set(arrived)) + gaps,
        doubled=len(arrived) - len(set(arrived)),
    )
