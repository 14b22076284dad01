"""A push that does not end before it is allowed to, with data arriving all the time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deployments.clients import open_harbor, open_registry
from harbor.small_image import SmallImage, digest_of, make_small_image
from tests.deployments.images import PROJECT, trust

_SIZE = 48 * 1024 * 1024
_PIECE = 64 * 1024


class Trickle:
    """Content that is sent piece by piece, slowly until `may_end` is set."""

    def __init__(self, content: bytes, may_end: threading.Event) -> None:
        self._content, self._may_end = content, may_end
        self.begun = threading.Event()

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self) -> Iterator[bytes]:
        pieces = range(0, len(self), _PIECE)
        for at in pieces:
            self.begun.set()
            # Slower the less is left, so that something is left however long it takes.
            self._may_end.wait(0.05 if at < len(self) // 2 else 2.0)
            yield self._content[at : at + _PIECE]


@dataclass(frozen=True, kw_only=True)
class HeldImage(SmallImage):
    """An image whose layer is sent as a trickle."""

    held: Trickle

    @property
    def blobs(self) -> dict:
        return super().blobs | {digest_of(self.layer): self.held}


@contextmanager
def a_running_push(instance, folder, name: str) -> Iterator[list[str]]:
    """Inside, the push is under way; afterwards the list holds the digest it ended with."""
    may_end, pushed = threading.Event(), []
    small = make_small_image(size=_SIZE)
    held = Trickle(small.layer, may_end)
    image = HeldImage(**vars(small), held=held)
    ca_file = trust(instance, folder)
    with open_harbor(instance, ca_file) as harbor:
        harbor.ensure_project(PROJECT)
    registry = open_registry(instance, ca_file)

    def push() -> None:
        with registry:
            pushed.append(registry.push(f"{PROJECT}/{name}", "v1", image))

    thread = threading.Thread(target=push)
    thread.start()
    try:
        assert held.begun.wait(60), "the push does not begin"
        yield pushed
        assert thread.is_alive(), "the push ended too early to prove anything"
    finally:
        may_end.set()
        thread.join(240)
