"""Talk to a running lab from another process, over a socket that only root may use.

One JSON line asks, one JSON line answers: {"call": "crash", "with": {"name": "host-1"}} gives
{"result": ...} or {"problem": "a sentence"}.
"""

import json
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from lab import guest
from lab.errors import LabError
from lab.hypervisor import HypervisorError
from lab.paths import RUN

ANSWER_SECONDS = 60


class Lab:
    """A running lab. Its calls are those of `lab.desk.Desk`, with the same names and arguments."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def connect(cls) -> "Lab":
        """The lab that runs on this machine. Raises LabError when there is none."""
        lab = cls(RUN / "control.sock")
        lab.status()
        return lab

    def __getattr__(self, call: str) -> Callable[..., object]:
        if call.startswith("_"):
            raise AttributeError(call)
        return lambda **arguments: self._ask(call, arguments)

    def inside(self, name: str, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a program in the machine, as its root at its console; for tests' own looks."""
        machine = next((m for m in self.machines() if name in (m["name"], m["uuid"])), None)
        if not machine or not machine["pid"]:
            raise LabError(f"The lab has no running machine named {name}.")
        return guest.run(int(machine["pid"]), *command)

    def _ask(self, call: str, arguments: dict[str, object]) -> object:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            try:
                connection.connect(str(self._path))
            except OSError as error:
                raise LabError(
                    "No lab answers on this machine. Start one with `python -m lab up`."
                ) from error
            connection.sendall(json.dumps({"call": call, "with": arguments}).encode() + b"\n")
            answer = json.loads(connection.makefile().readline())
        if "problem" in answer:
            raise LabError(answer["problem"])
        return answer["result"]


class ControlServer:
    """Lets other processes of root use the desk."""

    def __init__(self, desk: object, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._server = socketserver.ThreadingUnixStreamServer(str(path), _Handler)
        self._server.daemon_threads = True
        self._server.desk = desk  # type: ignore[attr-defined]
        path.chmod(0o600)

    def start(self) -> None:
        """Answer from a thread of its own."""
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=[0.05], name="lab-control", daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        asked = json.loads(self.rfile.readline() or b"{}")
        try:
            answer = {"result": self._call(asked.get("call", ""), asked.get("with", {}))}
        except (LabError, HypervisorError, TypeError, ValueError) as error:
            answer = {"problem": str(error)}
        self.wfile.write(json.dumps(answer, default=str).encode() + b"\n")

    def _call(self, call: str, arguments: dict[str, object]) -> object:
        method = None if call.startswith("_") else getattr(self.server.desk, call, None)
        if not callable(method):
            raise LabError(f"A lab knows no call named {call}.")
        return method(**arguments)
