"""One upstream, many viewers: nothing lost, nothing doubled, slow ones told."""

import asyncio
import queue
import threading

from hosts import container_logs
from hosts.container_logs import Hub, Line, Viewer
from lib.errors import ServiceError


class Engine:
    """An engine's log under the test's hand: lines, a break, a refusal."""

    def __init__(self):
        self.events = queue.Queue()
        self.opened_since = []
        self.stopped = threading.Event()

    def open(self, since):
        self.opened_since.append(since)
        while True:
            event = self.events.get(timeout=10)
            if event is None:
                return
            if isinstance(event, Exception):
                raise event
            yield event


def line(number):
    return Line(f"2026-01-01T00:00:00.{number:09d}Z", f"line {number}")


async def read(viewer, count):
    got = []
    async with asyncio.timeout(10):
        while len(got) < count:
            lines, _, _ = await viewer.next()
            got += [item.text for item in lines]
    return got


async def test_two_viewers_share_one_upstream():
    engine, hub = Engine(), Hub()
    first, second = hub.join("nginx", engine.open), hub.join("nginx", engine.open)

    for number in range(1, 4):
        engine.events.put(line(number))

    wanted = ["line 1", "line 2", "line 3"]
    assert await read(first, 3) == wanted
    assert await read(second, 3) == wanted
    assert engine.opened_since == [""]
    hub.leave("nginx", first)
    hub.leave("nginx", second)
    engine.events.put(None)


async def test_who_comes_later_sees_what_was_said_before():
    engine, hub = Engine(), Hub()
    first = hub.join("core", engine.open)
    engine.events.put(line(1))
    await read(first, 1)

    second = hub.join("core", engine.open)

    assert await read(second, 1) == ["line 1"]
    hub.leave("core", first)
    hub.leave("core", second)
    engine.events.put(None)


async def test_continues_after_a_break_without_doubling(monkeypatch):
    monkeypatch.setattr(container_logs, "RETRY_SECONDS", 0)
    engine, hub = Engine(), Hub()
    viewer = hub.join("core", engine.open)
    for event in (line(1), line(2), ServiceError("engine away"), line(2), line(3)):
        engine.events.put(event)

    assert await read(viewer, 3) == ["line 1", "line 2", "line 3"]
    assert engine.opened_since == ["", line(2).at]
    hub.leave("core", viewer)
    engine.events.put(None)


async def test_a_slow_viewer_is_told_what_it_missed():
    viewer = Viewer([])

    viewer.give([line(number) for number in range(container_logs.MOST_WAITING + 7)])

    lines, skipped, _ = await viewer.next()
    assert skipped == 7
    assert lines[0].text == "line 7"
    assert len(lines) == container_logs.MOST_WAITING
