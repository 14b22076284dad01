"""From a line that a container prints to the row in a browser: engine, console, socket, Chromium.

The container is no part of Harbor: it runs under the name of one, on a machine of the lab, and
only prints numbered lines with the time.
"""

import os
import time

from django.core.management import call_command
from playwright.sync_api import Page

from benchmarks.browser import clock_ahead, watched_page, window
from benchmarks.console import Console
from benchmarks.deploy import fresh_host
from benchmarks.figures import machine, percentile, print_table
from deployments.models import HarborInstance
from hosts import tool_image
from hosts.engine import Engine, open_engine
from hosts.host_tool import HostTool
from lab import paths
from lab.up import RunningLab

AIM_MS = 300
CONTAINER = "nginx"
# A host that runs cloud-init has Python; its first line comes when the page has had time to open.
TALK = """
import sys, time
rate, lines = map(int, sys.argv[1:])
began = time.time() + 3
for number in range(1, lines + 1):
    time.sleep(max(0, began + number / rate - time.time()))
    print(f"said {number} at {time.time() * 1000:.2f}", flush=True)
"""


def main(*, quick: bool) -> int:
    seconds = 3 if quick else 10
    rows, good = [], True
    with RunningLab(release=True) as lab, Console() as console:
        _take_in(lab, console)
        host = fresh_host("talker")
        instance = HarborInstance.objects.get(name="demo")
        instance.record(host=host, state=HarborInstance.State.RUNNING)
        with window(console) as context, open_engine(host) as engine:
            for rate in (100, 1000):
                _talk(engine, rate, rate * seconds)
                address = f"/registries/{instance.uuid}/containers/{CONTAINER}/"
                page = watched_page(context, address)
                row, was_good = _measured(page, rate, rate * seconds)
                rows.append(row)
                good = good and was_good
                page.close()
                engine.remove_container(CONTAINER)
    print(machine())
    print_table(
        f"Container line to browser, {seconds} s each (aim: p95 < {AIM_MS} ms)",
        ["lines/s", "p50 ms", "p95 ms", "longest ms", "lost", "doubled"], rows,
    )
    return 0 if good else 1


def _take_in(lab: RunningLab, console: Console) -> None:
    os.environ["SLIPWAY_NAME_SERVERS"] = str(lab.facts()["dns"])
    call_command("demo_data", str(paths.RUN / "lab.json"), str(lab.archive))
    console.work("operations")


def _talk(engine: Engine, rate: int, lines: int) -> None:
    """Start the container; its first line comes three seconds later."""
    HostTool(engine).ensure_loaded()
    config = engine.api.create_host_config(binds=["/usr:/usr:ro"], network_mode="none")
    engine.api.create_container(
        tool_image.REFERENCE, name=CONTAINER, host_config=config,
        command=["python3", "-c", TALK, str(rate), str(lines)],
    )
    engine.start(CONTAINER)


def _measured(page: Page, rate: int, lines: int) -> tuple[list[object], bool]:
    page.wait_for_function(
        "(n) => seen.arrived.some(([number]) => number === n)", arg=lines, timeout=120_000,
        polling=500,
    )
    time.sleep(0.3)  # the last frame is drawn
    ahead = clock_ahead(page)
    delays = [delay - ahead for _, delay in page.evaluate("[...seen.delays]")]
    arrived = [number for number, _ in page.evaluate("seen.arrived")]
    lost, doubled = lines - len(set(arrived)), len(arrived) - len(set(arrived))
    p95 = percentile(delays, 95)
    row = [rate, f"{percentile(delays, 50):.0f}", f"{p95:.0f}", f"{max(delays):.0f}", lost, doubled]
    return row, not lost and not doubled and p95 < AIM_MS
