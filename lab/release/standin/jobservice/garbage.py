"""Garbage collection: what core no longer needs is deleted on the registry storage."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from lab.release.standin.wire.caller import Called, call
from lab.release.standin.wire.redis import Redis
from lab.release.standin.wire.secret import header

CACHED = ("blobs::*", "repository::*")


@dataclass
class GarbageCollection:
    """One run: ask core what is unused, delete it by registryctl, tell core."""

    core: str
    registryctl: str
    cache: Redis
    secret: str

    def run(self, parameters: dict, say: Callable[[str], None]) -> None:
        """Raises RuntimeError or OSError when a service refuses or is away."""
        say(f"Garbage collection parameters: {parameters}")
        self._call("GET", f"{self.registryctl}/api/health")
        say("registryctl answers")
        untagged = str(bool(parameters.get("delete_untagged"))).lower()
        unused = self._call(
            "GET", f"{self.core}/api/internal/gc/candidates?delete_untagged={untagged}").json()
        size = sum(blob["size"] for blob in unused["blobs"])
        say(f"{len(unused['blobs'])} blobs and {len(unused['manifests'])} manifests "
            f"eligible for deletion")
        say(f"The GC could free up {size / 1048576:.0f} MB space, the size is a rough estimation")
        if parameters.get("dry_run"):
            say("The GC job is a dry run: nothing was deleted")
            return
        self._sweep(unused, say)
        say("success to run gc in job")

    def _sweep(self, unused: dict, say: Callable[[str], None]) -> None:
        for manifest in unused["manifests"]:
            name = manifest["repository"]
            self._delete(f"/api/registry/{quote(name)}/manifests/{manifest['digest']}")
            say(f"deleted manifest {name}@{manifest['digest']}")
        for blob in unused["blobs"]:
            self._delete(f"/api/registry/blob/{blob['digest']}")
            say(f"deleted blob {blob['digest']} of {blob['size']} bytes")
        self._clear_cache()
        self._call("POST", f"{self.core}/api/internal/gc/swept", unused)

    def _clear_cache(self) -> None:
        """The registry would go on answering for blobs that it remembers."""
        for pattern in CACHED:
            keys = self.cache.run("KEYS", pattern)
            if keys:
                self.cache.run("DEL", *keys)  # type: ignore[misc]

    def _delete(self, path: str) -> None:
        self._call("DELETE", self.registryctl + path, accepted=(200, 404))

    def _call(self, method: str, url: str, value: object = None,
              accepted: tuple[int, ...] = (200,)) -> Called:
        answer = call(method, url, headers=header(self.secret), value=value)
        if answer.status not in accepted:
            raise RuntimeError(f"{method} {url} answered {answer.status}")
        return answer
