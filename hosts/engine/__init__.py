"""The Docker Engine of a host: the only door to it, and the only place that knows the SDK."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from hosts.engine.connection import connect
from hosts.engine.containers import ContainerCalls, Result
from hosts.engine.errors import EngineError, Foreign, NotThere, Silent
from hosts.engine.files import FileCalls
from hosts.engine.images import FoundImage, ImageCalls
from hosts.engine.logs import LogCalls
from hosts.engine.plugins import PluginCalls
from hosts.engine.volumes import VolumeCalls

if TYPE_CHECKING:
    from hosts.models import DockerHost

__all__ = [
    "Engine", "EngineError", "Foreign", "FoundImage", "NotThere", "Result", "Silent",
    "engine_of", "open_engine",
]


class Engine(ImageCalls, VolumeCalls, PluginCalls, ContainerCalls, FileCalls, LogCalls):
    """Everything Slipway asks of one engine; every fault is an EngineError."""


class _Held(Protocol):
    def require(self) -> None: ...


class _HasResources(Protocol):
    hold: _Held

    def resource(self, key: str, opener: object) -> object: ...


def engine_of(run: _HasResources | None, host: "DockerHost") -> Engine:
    """The host's engine: in a run opened once and closed at its end, else to be closed by you.

    In a run it changes nothing once another attempt has taken over.
    """
    if run is None:
        stack = ExitStack()
        engine = stack.enter_context(open_engine(host))
        engine.on_close(stack.pop_all().close)
        return engine
    return run.resource(
        f"engine:{host.uuid}:{host.address}",  # a rebuilt host may have another address
        lambda: open_engine(host, before_change=run.hold.require),
    )


@contextmanager
def open_engine(
    host: "DockerHost", *, before_change: Callable[[], None] = lambda: None
) -> Iterator[Engine]:
    """Connect with the host's client certificate; its key lies in a private folder meanwhile."""
    with TemporaryDirectory(prefix="slipway-engine-") as folder:
        host.write_keys(Path(folder))
        # Our own certificates carry the host's internal name: the address may change.
        name = host.tls_name if host.server_certificate_id else host.address
        api = connect(
            host.address, host.engine_port, keys=Path(folder), tls_name=name,
            before_change=before_change,
        )
        engine = Engine(api, name=str(host))
        try:
            # Before anything else: some engines refuse the oldest API we could begin with.
            engine.version()
            yield engine
        finally:
            api.close()
