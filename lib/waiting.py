"""Waiting for something outside, with a limit and a way to stop early."""

import time
from collections.abc import Callable
from typing import TypeVar

from lib.errors import GaveUp

Value = TypeVar("Value")


def wait_until(
    probe: Callable[[], Value | None],
    *,
    what: str,
    timeout: float,
    interval: float = 1.0,
    checkpoint: Callable[[], None] | None = None,
) -> Value:
    """Return the first truthy answer of `probe`, asked every `interval` seconds.

    `checkpoint` runs before each probe and may raise to stop the wait.
    Raises GaveUp after `timeout` seconds; the probe is always asked at least once.
    """
    deadline = time.monotonic() + timeout
    while True:
        if checkpoint:
            checkpoint()
        value = probe()
        if value:
            return value
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise GaveUp(f"Waited {timeout:.0f} seconds for {what}, in vain.")
        time.sleep(min(interval, max(remaining, 0.01)))
