"""Answers as a real Prism did: replays the transcript of a first contact."""

import json
import threading
from collections import defaultdict
from pathlib import Path

from lab.errors import LabError
from lab.prism.bodies import gateway_not_found
from lab.prism.call import Answer
from lab.prism.faults import FaultQueue
from lab.prism.server import Server
from lab.prism.showing import Certificates

VERSION = 1
UNAUTHORIZED = 401
SKIPPED = ("content-length", "transfer-encoding", "connection")


class ReplayedPrism:
    """Serves what `file` says, whoever asks; `url`, `ca_pem` and `kind` are for the client.

    The same question is answered in the order of the transcript, its last answer for ever; the
    refusal of the wrong password is left out, for everybody is let in. What nobody asked then is
    answered as the gateway does: not found.
    """

    def __init__(self, file: Path | str, *, bind: str = "127.0.0.1", port: int = 0) -> None:
        told = _read(Path(file))
        self.kind, self.findings = told.get("kind", ""), told.get("findings", [])
        self._answers: dict[tuple, list[dict]] = defaultdict(list)
        for exchange in told["exchanges"]:
            if exchange["status"] != UNAUTHORIZED:
                self._answers[_question(exchange)].append(exchange)
        self._asked: dict[tuple, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._bind, self._port = bind, port
        self._certificates = Certificates(FaultQueue(), ("localhost",), bind)
        self.ca_pem = self._certificates.ca_pem

    @property
    def url(self) -> str:
        """https://address:port, without a path."""
        return f"https://{self._bind}:{self._port}"

    def start(self) -> "ReplayedPrism":
        """Listen."""
        where, shown = (self._bind, self._port), self._certificates.next_context
        self._server = Server(where, self.respond, shown)
        self._port = self._server.server_port
        self._server.start()
        return self

    def stop(self) -> None:
        """Listen no longer."""
        self._server.stop()

    def __enter__(self) -> "ReplayedPrism":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def respond(
        self, method: str, path: str, query: dict, headers: dict, raw: bytes
    ) -> Answer:
        """The answer that was given then."""
        question = _question({"method": method, "path": path, "query": query})
        with self._lock:
            known = self._answers.get(question)
            if not known:
                return gateway_not_found()
            exchange = known[min(self._asked[question], len(known) - 1)]
            self._asked[question] += 1
        shown = exchange["answer_headers"].items()
        kept = {name: value for name, value in shown if name.lower() not in SKIPPED}
        return Answer(exchange["status"], exchange["answer"] or None, kept)


def _question(exchange: dict) -> tuple:
    query = {name: value for name, value in exchange["query"].items() if "Time" not in name}
    return exchange["method"], exchange["path"].rstrip("/"), tuple(sorted(query.items()))


def _read(file: Path) -> dict:
    try:
        told = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise LabError(f"{file} cannot be read as a transcript: {error}") from error
    if not isinstance(told, dict) or told.get("version") != VERSION:
        raise LabError(f"{file} is no transcript of a first contact.")
    return told
