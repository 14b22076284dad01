"""Images of an engine: load, pull, push, tag, remove; progress in bytes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from hosts.engine.base import Calls
from hosts.engine.errors import NotThere, refusal, translated

Progress = Callable[[int, int], None]
Credentials = Mapping[str, str]

_BLOCK = 1024 * 1024
_PATIENCE = 900


@dataclass(frozen=True)
class FoundImage:
    """An image on the engine: its id, its names, and the digests registries know it by."""

    id: str
    references: list[str]
    digests: list[str]


class ImageCalls(Calls):
    def find_image(self, reference: str) -> FoundImage | None:
        try:
            with translated(self.name, f"inspect image {reference}"):
                found = self.api.inspect_image(reference)
        except NotThere:
            return None
        return FoundImage(found["Id"], found.get("RepoTags") or [], found.get("RepoDigests") or [])

    def image_exists(self, reference: str) -> bool:
        return self.find_image(reference) is not None

    def images(self) -> list[str]:
        """Every image name on the engine."""
        with translated(self.name, "list its images"):
            return sorted(tag for found in self.api.images() for tag in found["RepoTags"] or [])

    def load_images(self, stream: BinaryIO, size: int, on_progress: Progress) -> None:
        """Send a `docker save` archive (also gzipped) of `size` bytes, block by block."""
        with translated(self.name, "load the images"), self.patience(_PATIENCE):
            drain(self.api.load_image(_blocks(stream, size, on_progress), quiet=True), self.name)

    def pull(
        self, reference: str, auth: Credentials | None = None, on_progress: Progress | None = None
    ) -> str:
        """Pull and return the digest the registry gave; progress counts downloaded bytes."""
        layers = _Downloads(on_progress)
        with translated(self.name, f"pull {reference}"), self.patience(_PATIENCE):
            events = self.api.pull(
                reference, stream=True, decode=True, auth_config=dict(auth) if auth else None
            )
            drain(events, self.name, layers.see)
        found = self.find_image(reference)
        repository = _repository(reference)
        digests = found.digests if found else []
        return next((d.split("@")[1] for d in digests if d.startswith(f"{repository}@")), "")

    def require_in_registry(self, reference: str, auth: Credentials | None = None) -> None:
        """Raises EngineError when the engine, with this account, cannot see it in its registry."""
        with translated(self.name, f"find {reference} in its registry"):
            self.api.inspect_distribution(reference, auth_config=dict(auth) if auth else None)

    def push(self, reference: str, auth: Credentials) -> str:
        """Push and return the digest the registry gave it."""
        digest = ""

        def see(event: dict[str, Any]) -> None:
            nonlocal digest
            digest = (event.get("aux") or {}).get("Digest", digest)

        with translated(self.name, f"push {reference}"), self.patience(_PATIENCE):
            events = self.api.push(reference, stream=True, decode=True, auth_config=dict(auth))
            drain(events, self.name, see)
        return digest

    def tag(self, source: str, target: str) -> None:
        repository = _repository(target)
        with translated(self.name, f"tag {source}"):
            self.api.tag(source, repository, target.removeprefix(repository).lstrip(":"))

    def remove_image(self, reference: str) -> None:
        """Remove the name and, with the last name, the image; gone already is fine."""
        try:
            with translated(self.name, f"remove image {reference}"):
                self.api.remove_image(reference, force=True)
        except NotThere:
            return

    def login(self, registry: str, username: str, password: str) -> None:
        """Raises EngineError with the engine's own words when it cannot log in there."""
        with translated(self.name, f"log in to {registry}"):
            self.api.login(username, password, registry=registry, reauth=True)


class _Downloads:
    """Adds up what the layers of one pull have downloaded."""

    def __init__(self, on_progress: Progress | None) -> None:
        self._tell = on_progress
        self._layers: dict[str, tuple[int, int]] = {}

    def see(self, event: dict[str, Any]) -> None:
        detail = event.get("progressDetail") or {}
        layer = event.get("id", "")
        if event.get("status") == "Downloading" and "current" in detail:
            self._layers[layer] = (detail["current"], detail.get("total") or detail["current"])
        elif event.get("status") == "Download complete":
            # Small layers arrive without a single progress event.
            total = self._layers.get(layer, (0, 1))[1]
            self._layers[layer] = (total, total)
        else:
            return
        if self._tell:
            done, total = (sum(column) for column in zip(*self._layers.values(), strict=True))
            self._tell(done, total)


def _blocks(stream: BinaryIO, size: int, on_progress: Progress) -> Iterator[bytes]:
    done = 0
    while block := stream.read(_BLOCK):
        yield block
        done += len(block)
        on_progress(done, size)


def drain(events: Any, name: str, see: Callable[[dict[str, Any]], None] | None = None) -> None:
    """Read all events; the status is 200 even when one of them is an error (`harbor.md 5.15`)."""
    words = ""
    # To the end, past an error: only then the connection is free again.
    for event in events or ():
        words = words or str(event.get("error", ""))
        if see and not words:
            see(event)
    if words:
        # Proxies answer whole pages: the sentence takes their first line.
        first = words.strip().partition("\n")[0]
        raise refusal(f"The engine of {name} failed: {first}", words)


def _repository(reference: str) -> str:
    """`host:443/a/b:tag` without its tag."""
    head, _, tail = reference.rpartition(":")
    return head if head and "/" not in tail else reference
