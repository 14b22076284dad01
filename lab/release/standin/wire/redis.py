"""A redis client for the few commands that the stand-in needs."""

import socket
import threading
from urllib.parse import urlsplit


class Redis:
    """Commands over one connection per thread; reconnects once when the connection was lost."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "redis", parts.port or 6379)
        self._index = int(parts.path.strip("/") or 0)
        self._local = threading.local()

    def run(self, *words: str | int, timeout: float = 10) -> object:
        """One command and its answer; RuntimeError for redis errors, OSError when unreachable."""
        try:
            return self._run(words, timeout)
        except (OSError, EOFError):
            self._forget()
            return self._run(words, timeout)

    def _run(self, words: tuple[str | int, ...], timeout: float) -> object:
        stream = self._stream(timeout)
        stream.write(_encoded(words))
        stream.flush()
        return _read(stream)

    def _stream(self, timeout: float):  # noqa: ANN202 - a socket's file object
        if getattr(self._local, "stream", None) is None:
            connection = socket.create_connection(self._address, timeout=timeout)
            self._local.stream = connection.makefile("rwb")
            self._local.connection = connection
            if self._index:
                self._run(("SELECT", self._index), timeout)
        self._local.connection.settimeout(timeout)
        return self._local.stream

    def _forget(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.stream = None

    def ping(self) -> bool:
        return self.run("PING", timeout=3) == "PONG"


def _encoded(words: tuple[str | int, ...]) -> bytes:
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in parts)


def _read(stream) -> object:  # noqa: ANN001 - a socket's file object
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise EOFError("redis closed the connection")
    kind, rest = line[:1], line[1:-2].decode()
    if kind == b"-":
        raise RuntimeError(rest)
    if kind == b"+":
        return rest
    if kind == b":":
        return int(rest)
    if kind == b"*":
        return None if rest == "-1" else [_read(stream) for _ in range(int(rest))]
    return None if rest == "-1" else stream.read(int(rest) + 2)[:-2].decode()
