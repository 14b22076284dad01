"""Replication: copies images from the own registry to another one."""

import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lab.release.standin.wire import secret
from lab.release.standin.wire.caller import Called, basic, call, trust

ACCEPT = ", ".join([
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json"])
Say = Callable[[str], None]


@dataclass
class Replication:
    """Reads what to copy from core, the images from the registry, and writes to the peer."""

    core: str
    registry: str
    account: tuple[str, str]
    secret: str

    def run(self, parameters: dict, say: Say) -> None:
        """Raises RuntimeError when an image could not be copied; the others are tried."""
        path = f"{self.core}/api/internal/replications/{parameters['execution']}"
        wanted = call("GET", path, headers=secret.header(self.secret))
        if wanted.status != 200:
            raise RuntimeError(f"core answered {wanted.status}: is the secretkey another one?")
        found = wanted.json()
        target = Target(found["peer"])
        count = {"total": len(found["images"]), "succeed": 0, "failed": 0}
        for image in found["images"]:
            outcome = self._try(target, image, found["namespace"], say)
            count["succeed" if outcome else "failed"] += 1
            call("PUT", path, headers=secret.header(self.secret), value=count)
        if count["failed"]:
            raise RuntimeError(f"{count['failed']} of {count['total']} images were not copied")

    def _try(self, target: "Target", image: dict, namespace: str, say: Say) -> bool:
        name = f"{image['repository']}:{image['tag']}"
        try:
            project, _, rest = image["repository"].partition("/")
            repository = f"{namespace or project}/{rest}"
            target.ensure_project(namespace or project)
            self._copy(target, image["repository"], repository, image["digest"], image["tag"])
        except (OSError, ssl.SSLError, RuntimeError) as problem:
            say(f"{name} was not copied: {problem}")
            return False
        say(f"copied {name} to {target.url} as {repository}:{image['tag']}")
        return True

    def _copy(self, target: "Target", source: str, repository: str, digest: str,
              reference: str) -> None:
        """A manifest after its blobs; an index after its manifests."""
        found = self._read(f"/v2/{source}/manifests/{digest}")
        manifest = json.loads(found.body)
        for child in manifest.get("manifests", []):
            self._copy(target, source, repository, child["digest"], child["digest"])
        parts = [manifest["config"], *manifest.get("layers", [])] if "config" in manifest else []
        for part in parts:
            if not target.has_blob(repository, part["digest"]):
                blob = self._read(f"/v2/{source}/blobs/{part['digest']}").body
                target.push_blob(repository, part["digest"], blob)
        target.push_manifest(repository, reference, found.headers["content-type"], found.body)

    def _read(self, path: str) -> Called:
        found = call("GET", self.registry + path, timeout=900,
                     headers={"Authorization": basic(*self.account), "Accept": ACCEPT})
        if found.status != 200:
            raise RuntimeError(f"the own registry answered {found.status} to {path}")
        return found


class Target:
    """The other registry."""

    def __init__(self, peer: dict) -> None:
        self.url, self._type = peer["url"], peer["type"]
        self._context = trust(peer["ca_certificate"])
        self._headers = ({"Authorization": basic(peer["access_key"], peer["access_secret"])}
                         if peer["access_key"] else {})

    def ensure_project(self, name: str) -> None:
        if self._type == "harbor":
            self._call("POST", "/api/v2.0/projects", (201, 409), value={"project_name": name})

    def has_blob(self, repository: str, digest: str) -> bool:
        path = f"/v2/{repository}/blobs/{digest}"
        return self._call("HEAD", path, (200, 404)).status == 200

    def push_blob(self, repository: str, digest: str, content: bytes) -> None:
        begun = self._call("POST", f"/v2/{repository}/blobs/uploads/", (202,))
        parts = urlsplit(urljoin(self.url, begun.headers["location"]))
        query = f"{parts.query}&digest={digest}" if parts.query else f"digest={digest}"
        self._call("PUT", f"{parts.path}?{query}", (201,), body=content)

    def push_manifest(self, repository: str, reference: str, kind: str, content: bytes) -> None:
        self._call("PUT", f"/v2/{repository}/manifests/{reference}", (201,), body=content,
                   headers={"Content-Type": kind})

    def _call(self, method: str, path: str, accepted: tuple[int, ...], *,
              headers: dict[str, str] | None = None, value: object = None,
              body: bytes | None = None) -> Called:
        found = call(method, self.url + path, headers=self._headers | (headers or {}),
                     value=value, body=body, timeout=900, context=self._context)
        if found.status not in accepted:
            raise RuntimeError(f"{method} {path.partition('?')[0]} answered {found.status} "
                               f"{found.body[:200].decode(errors='replace')}")
        return found
