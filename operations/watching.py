"""Looks at an operation for all its viewers of this process: on a ring, and every two seconds."""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import Any
from uuid import UUID

import redis
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import Error

from operations.doorbell import group_of
from operations.models import LogLine, Operation
from operations.presenting import as_stored, lines_of

logger = logging.getLogger(__name__)

LOOK_EVERY = 2.0
PAGE = 1000
# At most twenty looks a second, however often it rings.
_PAUSE = 0.05
_REMEMBERED = 5000

_watches: dict[tuple[int, UUID], "Watch"] = {}


class Watch:
    """One per operation and process: viewers share its looks and its newest lines.

    Viewers wait for `news`, then take what they have not got. The database is asked by indexed
    queries only, because all sockets of a process share one thread for it.
    """

    def __init__(self, uuid: UUID) -> None:
        self.uuid = uuid
        self.state: dict[str, Any] | None = None
        # `changes` counts everything a viewer may see, `version` only what is not a line.
        self.changes = -1
        self.version = 0
        self.last_line = 0
        self._recent: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self._viewers = 0
        self._news = asyncio.Condition()
        self._rung = asyncio.Event()
        self._tasks: list[asyncio.Task] = []

    async def news_after(self, changes: int, timeout: float) -> None:
        """Wait until there is something newer than `changes`, at most `timeout` seconds."""
        # asyncio.timeout, not wait_for: that one swallows a cancellation in Python 3.11.
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._news:
                await self._news.wait_for(lambda: self.changes != changes)

    async def lines_after(self, cursor: int) -> list[dict[str, Any]]:
        """Up to 1000 lines: from memory for those who keep up, from the database for the others."""
        if cursor >= self.last_line:
            return []
        if self._recent and cursor >= self._recent[0]["n"] - 1:
            start = cursor + 1 - self._recent[0]["n"]
            return [self._recent[i] for i in range(start, min(start + PAGE, len(self._recent)))]
        return await _read_lines(self.uuid, cursor)

    def join(self) -> None:
        self._viewers += 1
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._listen()),
                asyncio.create_task(self._look_on_and_on()),
            ]

    def leave(self) -> bool:
        """True when that was the last viewer."""
        self._viewers -= 1
        if self._viewers:
            return False
        for task in self._tasks:
            task.cancel()
        return True

    async def _listen(self) -> None:
        """Turn rings into looks; without Redis there are just the looks every two seconds."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(group_of(self.uuid), channel)
                break
            except (redis.RedisError, OSError) as error:
                # The library makes an error of a cancellation that meets a lost connection.
                if asyncio.current_task().cancelling():
                    raise asyncio.CancelledError from error
                logger.info("No rings for now, looking every 2 s: %s", error)
                await asyncio.sleep(LOOK_EVERY)
        try:
            while True:
                # Before the first ring too: what happened until now rings no more.
                self._rung.set()
                await layer.receive(channel)
        finally:
            with suppress(redis.RedisError, OSError):
                await layer.group_discard(group_of(self.uuid), channel)

    async def _look_on_and_on(self) -> None:
        while True:
            try:
                await self._look()
            except Error as error:
                logger.warning("Viewers wait, the database does not answer: %s", error)
            await asyncio.sleep(_PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._rung.wait()
            self._rung.clear()

    async def _look(self) -> None:
        found = await _read(self.uuid, self.changes, self.last_line)
        if found is None:
            return
        lines = found["lines"]
        if not _same_but_lines(self.state, found["state"]):
            self.version += 1
        self.state = found["state"]
        if self._recent and lines and lines[0]["n"] != self._recent[-1]["n"] + 1:
            self._recent.clear()
        self._recent.extend(lines)
        async with self._news:
            self.changes, self.last_line = found["changes"], self.state["last_line"]
            self._news.notify_all()


def watch(uuid: UUID) -> Watch:
    """Join the watch of this operation; `unwatch` when the viewer leaves."""
    key = (id(asyncio.get_running_loop()), uuid)
    found = _watches.setdefault(key, Watch(uuid))
    found.join()
    return found


def unwatch(watched: Watch) -> None:
    if watched.leave():
        _watches.pop((id(asyncio.get_running_loop()), watched.uuid), None)


def _same_but_lines(old: dict[str, Any] | None, new: dict[str, Any]) -> bool:
    return bool(old) and old | {"last_line": 0} == new | {"last_line": 0}


@database_sync_to_async
def _read(uuid: UUID, changes: int, last_line: int) -> dict[str, Any] | None:
    """None when nothing changed: then it was one query."""
    operation = (
        Operation.objects.filter(uuid=uuid)
        .exclude(changes=changes)
        .select_related("requested_by")
        .first()
    )
    if operation is None:
        return None
    # A first look, or one after a flood, remembers the newest lines only.
    after = max(last_line, operation.last_line - PAGE)
    return {
        "state": as_stored(operation),
        "changes": operation.changes,
        "lines": lines_of(
            LogLine.objects.filter(
                operation=operation, number__gt=after, number__lte=operation.last_line
            ).order_by("number")
        ),
    }


@database_sync_to_async
def _read_lines(uuid: UUID, cursor: int) -> list[dict[str, Any]]:
    lines = LogLine.objects.filter(operation__uuid=uuid, number__gt=cursor)
    return lines_of(lines.order_by("number")[:PAGE])
