"""Container logs for many viewers: one thread reads one container, everybody shares it."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from lib.errors import ServiceError

logger = logging.getLogger(__name__)

BATCH_SECONDS = 0.05
BACKLOG_LINES = 500
MOST_WAITING = 5000
RETRY_SECONDS = 2.0


@dataclass(frozen=True)
class Line:
    """One line as the engine stamped it: RFC 3339 with nanoseconds, so it sorts as text."""

    at: str
    text: str


# Opens the container's log: lines after `since` ("" = the last BACKLOG_LINES), following.
Opener = Callable[[str], Iterable[Line]]


class Viewer:
    """One browser's place in the stream; a slow one loses the oldest lines and is told how many."""

    def __init__(self, backlog: Iterable[Line]) -> None:
        self._waiting: deque[Line] = deque(backlog)
        self._skipped = 0
        self._news = asyncio.Event()
        self.problem = ""
        if self._waiting:
            self._news.set()

    def give(self, lines: list[Line]) -> None:
        self._waiting.extend(lines)
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popleft()
            self._skipped += 1
        self._news.set()

    def tell(self, problem: str) -> None:
        self.problem = problem
        self._news.set()

    async def next(self) -> tuple[list[Line], int, str]:
        """Wait for news: lines, how many were skipped before them, and a problem to show."""
        await self._news.wait()
        self._news.clear()
        lines, skipped, problem = list(self._waiting), self._skipped, self.problem
        self._waiting.clear()
        self._skipped = 0
        return lines, skipped, problem


class Upstream:
    """Reads one container's log as long as somebody looks; opens it again when it breaks off."""

    def __init__(self, name: str, opener: Opener, loop: asyncio.AbstractEventLoop) -> None:
        self._opener, self._loop, self.name = opener, loop, name
        self.viewers: set[Viewer] = set()
        self._recent: deque[Line] = deque(maxlen=BACKLOG_LINES)
        self._fresh: list[Line] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._last = ""
        self._thread = threading.Thread(target=self._read, name=f"log-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def add_viewer(self) -> Viewer:
        viewer = Viewer(self._recent)
        self.viewers.add(viewer)
        return viewer

    def _read(self) -> None:
        while not self._stop.is_set():
            try:
                for line in self._opener(self._last):
                    if self._stop.is_set():
                        return
                    self._take(line)
            except ServiceError as error:
                self._in_loop(self._tell, error.message)
            # Ended or quiet: look again soon, from the last line on.
            self._stop.wait(RETRY_SECONDS)

    def _take(self, line: Line) -> None:
        if line.at <= self._last:
            return  # the engine repeats the line of `since`
        self._last = line.at
        with self._lock:
            self._fresh.append(line)
            first = len(self._fresh) == 1
        if first:
            self._in_loop(self._loop.call_later, BATCH_SECONDS, self._hand_out)

    def _hand_out(self) -> None:
        with self._lock:
            lines, self._fresh = self._fresh, []
        self._recent.extend(lines)
        for viewer in self.viewers:
            viewer.problem = ""
            viewer.give(lines)

    def _tell(self, problem: str) -> None:
        for viewer in self.viewers:
            viewer.tell(problem)

    def _in_loop(self, work: Callable[..., object], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server is ending
            self._loop.call_soon_threadsafe(work, *arguments)


class Hub:
    """All upstreams of this web process; use it from the event loop only."""

    def __init__(self) -> None:
        self._upstreams: dict[str, Upstream] = {}

    def join(self, name: str, opener: Opener) -> Viewer:
        """A viewer of the container's log, opening it when nobody looks yet."""
        upstream = self._upstreams.get(name)
        if upstream is None:
            upstream = Upstream(name, opener, asyncio.get_running_loop())
            self._upstreams[name] = upstream
            upstream.start()
        return upstream.add_viewer()

    def leave(self, name: str, viewer: Viewer) -> None:
        """Take the viewer out; with the last one the engine's stream is closed."""
        upstream = self._upstreams.get(name)
        if upstream is None:
            return
        upstream.viewers.discard(viewer)
        if not upstream.viewers:
            upstream.stop()
            del self._upstreams[name]


hub = Hub()
