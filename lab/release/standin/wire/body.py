"""Reads the body of a request, by its length or by chunks."""

from typing import IO

BLOCK = 1 << 17


class Body:
    """The body of a request, read by length or by chunks; knows whether anything is left."""

    def __init__(self, source: IO[bytes], headers: dict[str, str]) -> None:
        self._source = source
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        self._left = 0 if self._chunked else int(headers.get("content-length") or 0)
        self.done = not self._chunked and self._left == 0

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        if self._chunked and not self.done and self._left == 0:
            self._next_chunk()
        data = b"" if self.done else self._source.read(min(size, self._left))
        self._left -= len(data)
        if self._left == 0 and not self.done:
            self._end_of_part()
        return data

    def _next_chunk(self) -> None:
        self._left = int(self._source.readline().split(b";")[0], 16)
        if self._left == 0:
            while self._source.readline().strip():
                pass
            self.done = True

    def _end_of_part(self) -> None:
        if self._chunked:
            self._source.readline()
        else:
            self.done = True
