"""The operation log: numbered rows written in batches by one thread; the ring says only "look"."""

import logging
import re
import threading
import time
from types import TracebackType

from django.db import Error, connection
from django.db.models import F
from django.utils import timezone

from lib.redact import Redactor
from operations.doorbell import ring
from operations.errors import TakenOver
from operations.hold import Hold
from operations.models import LogLine, Operation

logger = logging.getLogger(__name__)

BATCH_SECONDS = 0.05
# A step that logs faster than the database writes waits here instead of filling the memory.
_MOST_PENDING = 10_000
_LONGEST_LINE = 4_000
_CLOSE_SECONDS = 30.0
_NOT_PRINTABLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|[\x00-\x08\x0b-\x1f\x7f]")


class Log:
    """Takes lines of one attempt and writes them; also rings when something else has changed.

    Between `start` (or `with`) and `close` a thread does it, every 50 ms and over a connection of
    its own. Not started, it writes at once over the caller's connection.
    """

    def __init__(self, operation: Operation, hold: Hold, redactor: Redactor) -> None:
        self._uuid = operation.uuid
        self._hold = hold
        self._redact = redactor
        self._pending: list[LogLine] = []
        self._bell_due = False
        self._changed = threading.Condition()
        self._closing = False
        self._close_by = float("inf")
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Log":
        self._thread = threading.Thread(target=self._write_until_closed, daemon=True, name="log")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, text: str, *, level: str = LogLine.Level.INFO, step: str = "") -> None:
        """Add one row per line of `text`, without known secrets and control characters."""
        lines = [self._line(part, level, step) for part in self._redact(text).splitlines()]
        with self._changed:
            self._wait_for_room()
            self._pending += lines
            self._changed.notify_all()
        if not self._thread:
            self._flush()

    def nudge(self) -> None:
        """Something else that viewers see has changed."""
        with self._changed:
            self._bell_due = True
            self._changed.notify_all()
        if not self._thread:
            self._flush()

    def close(self) -> None:
        """Write what is pending and end the thread; gives up after 30 s without a database."""
        with self._changed:
            self._closing = True
            self._close_by = time.monotonic() + _CLOSE_SECONDS
            self._changed.notify_all()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _line(self, text: str, level: str, step: str) -> LogLine:
        clean = _NOT_PRINTABLE.sub("", text)[:_LONGEST_LINE]
        return LogLine(
            operation_id=self._hold.operation_id,
            at=timezone.now(),
            step=step,
            level=level,
            text=clean,
        )

    def _wait_for_room(self) -> None:
        while self._thread and len(self._pending) >= _MOST_PENDING:
            if self._hold.lost.is_set() or not self._thread.is_alive():
                raise TakenOver("The log is no longer written by this process.")
            self._changed.wait(1.0)

    def _write_until_closed(self) -> None:
        try:
            while self._wait_for_work():
                self._flush_stubbornly()
        except TakenOver as news:
            logger.warning("%s", news)
        except Error:
            logger.error("%d log lines are lost: the database is away.", len(self._pending))
        finally:
            connection.close()

    def _wait_for_work(self) -> bool:
        """Wait for a line, then for its batch to fill; False when closed and nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._bell_due or self._closing)
            self._changed.wait_for(lambda: self._closing, timeout=BATCH_SECONDS)
            return bool(self._pending or self._bell_due)

    def _flush_stubbornly(self) -> None:
        while True:
            try:
                self._flush()
                return
            except Error as error:
                logger.warning("Log lines could not be written, trying again: %s", error)
                connection.close()
                if time.monotonic() > self._close_by:
                    raise
                time.sleep(1)

    def _flush(self) -> None:
        with self._changed:
            lines = self._pending[:]
        if lines:
            self._insert(lines)
        with self._changed:
            del self._pending[: len(lines)]
            self._bell_due = False
            self._changed.notify_all()
        ring(self._uuid)

    def _insert(self, lines: list[LogLine]) -> None:
        with self._hold.writing(last_line=F("last_line") + len(lines)):
            operation = Operation.objects.filter(pk=self._hold.operation_id)
            last = operation.values_list("last_line", flat=True).get()
            for number, line in enumerate(lines, start=last - len(lines) + 1):
                line.number = number
            LogLine.objects.bulk_create(lines, batch_size=1000)


def add_line(operation: Operation, text: str, *, level: str = LogLine.Level.WARNING) -> None:
    """Write one line about an operation that no process runs; call inside a transaction."""
    Operation.objects.filter(pk=operation.pk).update(
        last_line=F("last_line") + 1, changes=F("changes") + 1
    )
    number = Operation.objects.values_list("last_line", flat=True).get(pk=operation.pk)
    LogLine.objects.create(
        operation=operation, number=number, at=timezone.now(), level=level, text=text
    )
