"""The right of one process to run an operation: a lease it renews, and writes nobody else owns."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from django.db import Error, connection, transaction
from django.db.models import F

from operations.errors import Cancelled, HandedOver, TakenOver
from operations.models import Operation
from operations.models.operation import lease_end

logger = logging.getLogger(__name__)

RENEW_EVERY = 5.0
# Set by a signal that asks this process to end: the run stops at its next checkpoint.
leaving = threading.Event()


class Hold:
    """One attempt at one operation. Each write names the attempt: zero rows means stop at once."""

    def __init__(self, operation: Operation) -> None:
        self.operation_id = operation.pk
        self.attempt = operation.attempt
        self.lost = threading.Event()

    @contextmanager
    def writing(self, **changes: Any) -> Iterator[None]:
        """A transaction that holds the operation's row; raises TakenOver when it is not ours."""
        self._refuse_when_lost()
        with transaction.atomic():
            self._update(changes=F("changes") + 1, **changes)
            yield

    def check(self) -> None:
        """Raises Cancelled, HandedOver or TakenOver when this process should not go on."""
        self._refuse_when_lost()
        asked = self._row().values_list("cancel_requested_at", "cancelled_by").first()
        if asked is None:
            self._let_go()
        elif asked[0]:
            raise Cancelled(f"Cancelled by {asked[1]}." if asked[1] else "Cancelled.")
        if leaving.is_set():
            raise HandedOver("This worker ends; another one goes on here.")

    def require(self) -> None:
        """Raises TakenOver when another attempt has the operation; a wish to cancel may wait."""
        self._refuse_when_lost()
        if not self._row().exists():
            self._let_go()

    def renew(self) -> None:
        self._update(lease_until=lease_end())

    def _update(self, **changes: Any) -> None:
        if self._row().update(**changes) == 0:
            self._let_go()

    def _row(self) -> Any:
        return Operation.objects.held_by(self.operation_id, self.attempt)

    def _refuse_when_lost(self) -> None:
        if self.lost.is_set():
            self._let_go()

    def _let_go(self) -> None:
        self.lost.set()
        raise TakenOver(f"Attempt {self.attempt} of operation {self.operation_id} was taken over.")


class Lease:
    """Renews the hold from a thread and a database connection of its own, until left.

    A database that does not answer is asked again: nobody else can take over without it either,
    and the reconciler waits a full lease after it came back.
    """

    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew_until_ended, daemon=True, name="lease")

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(timeout=30)

    def _renew_until_ended(self) -> None:
        try:
            while not self._ended.wait(RENEW_EVERY):
                self._renew()
        except TakenOver as news:
            logger.warning("%s", news)
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            self._hold.renew()
        except Error as error:
            logger.warning("The lease could not be renewed, trying again: %s", error)
            connection.close()
