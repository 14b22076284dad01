"""Where prepare reads and writes: the mounts of its container (harbor.md 1.4)."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The folders of the container, below `root` so that a test may use its own."""

    root: Path

    @property
    def input(self) -> Path:
        return self.root / "input"

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def compose(self) -> Path:
        return self.root / "compose_location"

    def inside(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def on_host(self, path: str) -> Path:
        """A path of harbor.yml as it is seen through the /hostfs mount."""
        return self.root / "hostfs" / path.lstrip("/")
