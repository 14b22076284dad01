"""Fetch an archive from an internal address, going on where a break left it."""

import time

from deployments.intake import parts
from deployments.intake.download import Download, TryAgain
from lib.errors import Unreachable
from lib.sizes import human
from lib.waiting import wait_until
from operations.run import Run

# Seconds before each further attempt that brings nothing; what brings something starts anew.
PAUSES = (1, 2, 5, 15, 30, 60)


def fetch_archive(run: Run) -> None:
    """Every byte of it, after as many breaks as it takes; gives up when nothing more comes."""
    incoming, in_vain = run.subject, 0
    with Download(run, incoming) as download:
        while True:
            before = parts.received(incoming)
            try:
                download.go_on()
                break
            except (Unreachable, TryAgain) as error:
                in_vain = 0 if parts.received(incoming) > before else in_vain + 1
                if in_vain == len(PAUSES) or getattr(error, "kind", "") == "tls":
                    raise
                have = human(parts.received(incoming))
                run.log(f"{error.message} {have} are there, going on soon.", level="warning")
                _pause(run, PAUSES[in_vain])
    run.log(f"{incoming.name} is complete: {human(parts.received(incoming))}.")


def _pause(run: Run, seconds: float) -> None:
    end = time.monotonic() + seconds
    wait_until(
        lambda: time.monotonic() >= end, what="the next attempt", timeout=seconds + 60,
        interval=0.5, checkpoint=run.checkpoint,
    )
