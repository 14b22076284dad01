"""What all groups of engine calls share: the connection, its name, its patience."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from docker import APIClient

from hosts.engine.connection import agree_on_version
from hosts.engine.errors import translated


class Calls:
    """A connected engine; `name` is the host's, for messages."""

    def __init__(self, api: APIClient, *, name: str) -> None:
        self.api = api
        self.name = name
        self._close: Callable[[], object] = api.close

    def ping(self) -> None:
        """Raises EngineError unless the engine answers."""
        with translated(self.name, "answer"):
            self.api.ping()

    def version(self) -> dict[str, Any]:
        """The engine's version document; from then on the newest common API is spoken."""
        with translated(self.name, "tell its version"):
            return agree_on_version(self.api)

    def info(self) -> dict[str, Any]:
        """What `docker info` shows."""
        with translated(self.name, "describe itself"):
            return self.api.info()

    def on_close(self, close: Callable[[], object]) -> None:
        self._close = close

    def close(self) -> None:
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Wait longer than usual for answers: uploads and runs take their time."""
        usual, self.api.timeout = self.api.timeout, seconds
        try:
            yield
        finally:
            self.api.timeout = usual
