"""A running console to measure: private Valkey, HTTPS web process, workers when asked for."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import django_rq
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.management import call_command
from django.test import Client
from rq import Worker

from config import processes
from config.console_certificate import ensure_console_certificate

_STARTS_WITHIN = 60


class Console:
    """What `manage.py serve` runs, piece by piece; use it with `with`."""

    def __init__(self) -> None:
        self.url = f"https://localhost:{settings.SLIPWAY_PORT}"
        self.log = Path(settings.DATA_DIR) / "console.log"
        self._ends = ExitStack()

    def __enter__(self) -> "Console":
        # As in real use: static files are collected once, not searched for at each request.
        call_command("collectstatic", verbosity=0, interactive=False)
        ensure_console_certificate()
        valkey = self.run(processes.valkey_command())
        _until(processes.valkey_socket().exists, valkey)
        web = self.manage("web")
        _until(_answers, web)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def run(self, command: Sequence[str]) -> subprocess.Popen:
        """Start one more process of this console; it ends with the console."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=os.environ, stdout=log, stderr=log
            )
        self._ends.callback(_end, process)
        return process

    def manage(self, *words: str) -> subprocess.Popen:
        return self.run([sys.executable, str(settings.BASE_DIR / "manage.py"), *words])


    def work(self, queue: str) -> subprocess.Popen:
        """A worker of that queue, waiting for its first job."""
        process = self.manage("work", queue)
        connection = django_rq.get_connection(queue)
        _until(lambda: process.pid in (w.pid for w in Worker.all(connection)), process)
        return process


def administrator() -> AbstractBaseUser:
    """The one who may see everything; made when missing."""
    users = get_user_model().objects
    return users.filter(username="ada").first() or users.create_superuser("ada")


def signed_in() -> Client:
    """A test client with the administrator's session, as a browser over HTTPS has it."""
    client = Client(headers={"host": "localhost"})
    client.force_login(administrator(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def _answers() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", settings.SLIPWAY_PORT)) == 0


def _until(condition: Callable[[], bool], process: subprocess.Popen) -> None:
    end = time.monotonic() + _STARTS_WITHIN
    while not condition():
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        assert time.monotonic() < end, f"{process.args} did not start in {_STARTS_WITHIN} s"
        time.sleep(0.05)


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
