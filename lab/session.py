"""A lab of its own process: in the foreground, in the background, and its end."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from lab import clean, needs
from lab.control import Lab
from lab.errors import LabError
from lab.paths import CACHE, RUN, SUFFIX
from lab.up import LOCK, RunningLab

LOG = Path(f"/var/log/slipway-lab{SUFFIX}.log")
START_SECONDS = 600
END_SECONDS = 60


def come_up(role: str) -> None:
    """Run a lab until Ctrl-C, SIGTERM or `python -m lab down`."""
    asked_to_end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_end.set())
    with RunningLab(role=role, release=True, say=lambda line: print(line, flush=True)) as lab:
        for name, value in lab.facts().items():
            print(f"{name:18} {value}", flush=True)
        print("The lab is up. Ctrl-C ends it.", flush=True)
        asked_to_end.wait()
        print("Ending the lab", flush=True)


def run_in_background(role: str) -> dict[str, object]:
    """Start a lab that outlives this command; its facts once it is up.

    Raises LabError with what it said last when it does not come up. Whatever else ends this
    command meanwhile, Ctrl-C above all, leaves nothing of that lab.
    """
    if is_running():
        raise LabError("A lab is running on this machine already: see `python -m lab status`.")
    needs.ensure()  # here, because apt is not to be killed with the rest of the lab
    with LOG.open("w") as log:
        command = [sys.executable, "-m", "lab", "up", "--role", role]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        return _once_up(process)
    except BaseException:
        _remove(process)
        raise


def _once_up(process: "subprocess.Popen[bytes]") -> dict[str, object]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if (RUN / "lab.json").exists():
            return Lab.connect().status()
        time.sleep(0.1)
    raise LabError(f"The lab did not come up. {LOG} ends with: {LOG.read_text()[-600:].strip()}")


def _remove(process: "subprocess.Popen[bytes]") -> None:
    """Nothing of a lab that is coming up is left; what it builds is not waited for."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    clean.sweep()


def end() -> None:
    """The running lab has ended and left the machine as it was. Without one: nothing to do."""
    if not is_running():
        clean.sweep()
        return
    os.kill(_process(), signal.SIGTERM)
    _await_end("end")


def clean_up(*, cache: bool) -> None:
    """Nothing of a lab is left, running or killed; with `cache` no download either."""
    if is_running():
        end()
    clean.sweep()
    LOG.unlink(missing_ok=True)
    if cache:
        shutil.rmtree(CACHE, ignore_errors=True)


def is_running() -> bool:
    """Whether a lab holds the lock, even one that is only coming up."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.bind(LOCK)
        except OSError:
            return True
    return False


def _process() -> int:
    try:
        return int((RUN / "lab.pid").read_text())
    except (OSError, ValueError) as error:
        raise LabError("A lab is starting just now; try again in a moment.") from error


def _await_end(what: str) -> None:
    deadline = time.monotonic() + END_SECONDS
    while is_running():
        if time.monotonic() > deadline:
            raise LabError(f"The lab (process {_process()}) did not {what} in {END_SECONDS} s.")
        time.sleep(0.05)
