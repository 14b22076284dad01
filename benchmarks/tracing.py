"""Notes when the worker waits for the outside world, and whether the step says so itself.

Installed by the benchmarks' settings when SLIPWAY_TRACE names a file. One JSON line per interval:
begin and end in seconds since the epoch, `said` when the step measures it itself (run.outside or
run.wait_until), and otherwise which line of the product caused it.
"""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# Whose line counts as the cause: the step, not the client it calls.
_STEPS = ("deployments/", "hosts/steps/")
_SHORTEST = 0.0005
_depth = threading.local()


def install(path: Path) -> None:
    """Trace every TLS call, connection, child process and pause of the main thread."""
    for owner, name in (
        (ssl.SSLSocket, "do_handshake"), (ssl.SSLSocket, "recv_into"), (ssl.SSLSocket, "send"),
        (ssl.SSLSocket, "sendall"), (ssl.SSLSocket, "read"), (socket, "create_connection"),
        (subprocess.Popen, "wait"), (subprocess.Popen, "communicate"), (time, "sleep"),
    ):
        setattr(owner, name, _traced(getattr(owner, name), path))


def install_in_run(path: Path) -> None:
    """Trace also what the steps measure themselves."""
    from operations.run import Run

    outside, wait_until = Run.outside, Run.wait_until

    @contextmanager
    def said_outside(run: Run, what: str) -> Any:
        began = time.time()
        try:
            with outside(run, what):
                yield
        finally:
            _note(path, began, said=True)

    def said_wait(run: Run, *given: Any, **named: Any) -> Any:
        began = time.time()
        try:
            return wait_until(run, *given, **named)
        finally:
            _note(path, began, said=True)

    Run.outside, Run.wait_until = said_outside, said_wait


def _traced(call: Callable[..., Any], path: Path) -> Callable[..., Any]:
    @wraps(call)
    def traced(*given: Any, **named: Any) -> Any:
        inner = getattr(_depth, "inside", False)
        if inner or threading.current_thread() is not threading.main_thread():
            return call(*given, **named)
        _depth.inside, began = True, time.time()
        try:
            return call(*given, **named)
        finally:
            _depth.inside = False
            _note(path, began, said=False)

    return traced


def _note(path: Path, began: float, *, said: bool) -> None:
    ended = time.time()
    if ended - began < _SHORTEST:
        return
    by = "" if said else _cause()
    line = json.dumps({"began": began, "ended": ended, "said": said, "by": by})
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def _cause() -> str:
    """The nearest line of a step, as `deployments/steps/start_harbor.py start_harbor`."""
    frame = sys._getframe(2)
    while frame:
        place = Path(frame.f_code.co_filename)
        if place.is_relative_to(ROOT):
            name = str(place.relative_to(ROOT))
            if name.startswith(_STEPS):
                return f"{name} {frame.f_code.co_name}"
        frame = frame.f_back
    return ""


def seconds_of(intervals: Iterable[tuple[float, float]], begin: float, end: float) -> float:
    """How much of `begin` to `end` the intervals cover together; overlaps count once."""
    covered, last = 0.0, begin
    for began, ended in sorted(intervals):
        began, ended = max(began, last), min(ended, end)
        if ended > began:
            covered += ended - began
            last = ended
    return covered
