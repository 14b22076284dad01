"""A container's log: its last lines, or every line as it comes."""

import struct
from collections.abc import Iterator
from datetime import datetime

import requests
from urllib3.exceptions import HTTPError

from hosts.container_logs import BACKLOG_LINES, Line
from hosts.engine.base import Calls
from hosts.engine.errors import translated

# A quiet log ends the reading after this long; it is taken up again where it ended.
_QUIET_SECONDS = 30
_HEADER = 8


class LogCalls(Calls):
    def logs(self, name: str, tail: int = 50) -> list[str]:
        """The container's last lines, standard output and errors together."""
        with translated(self.name, f"read the log of {name}"):
            raw = self.api.logs(name, tail=tail)
        return raw.decode(errors="replace").splitlines()

    def follow_logs(self, name: str, since: str = "") -> Iterator[Line]:
        """Lines after `since` (or the last 500), then each as it comes.

        Ends when the container ends or is quiet for 30 s. `since` is a Line's `at`.
        """
        asked = {"stdout": 1, "stderr": 1, "timestamps": 1, "follow": 1}
        asked |= {"since": _seconds(since)} if since else {"tail": BACKLOG_LINES}
        url = f"{self.api.base_url}/v{self.api.api_version}/containers/{name}/logs"
        with translated(self.name, f"follow the log of {name}"):
            answer = self.api.get(url, params=asked, stream=True, timeout=(5, _QUIET_SECONDS))
            self.api._raise_for_status(answer)
        with answer:
            try:
                yield from _lines(answer)
            except (requests.RequestException, HTTPError):
                return  # quiet for long, or the engine went away: it is taken up again


def _lines(answer: requests.Response) -> Iterator[Line]:
    """Split the engine's frames (stream, length, text) into stamped lines."""
    buffer = bytearray()
    # Whatever is there at once: waiting for full blocks would hold lines back.
    for piece in answer.raw.stream(65536, decode_content=True):
        buffer += piece
        while len(buffer) >= _HEADER:
            (length,) = struct.unpack(">L", buffer[4:_HEADER])
            if len(buffer) < _HEADER + length:
                break
            text = bytes(buffer[_HEADER : _HEADER + length]).decode(errors="replace")
            del buffer[: _HEADER + length]
            at, _, words = text.rstrip("\n").partition(" ")
            yield Line(at, words)


def _seconds(at: str) -> int:
    """Whole seconds: the engine repeats a little, the reader drops what it has seen."""
    return int(datetime.fromisoformat(at[:19] + "+00:00").timestamp())
