"""Reads Harbor's offline installer archive without unpacking it to disk (`harbor.md 1.1`)."""

import gzip
import hashlib
import json
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from harbor.types import Image
from lib.errors import ServiceError

_INNER = re.compile(r"(\./)?harbor/harbor\.[^/]+\.tar(\.gz)?")
_ADVICE = "Use the harbor-offline-installer-….tgz of a Harbor release, unchanged."
_AGAIN = "Copy the archive again and compare its checksum with the published one."
_DAMAGE = (tarfile.TarError, zlib.error, EOFError, OSError)
_BLOCK = 1024 * 1024
_LARGEST_JSON = 8 * 1024 * 1024


class BadArchive(ServiceError):
    """The file is no offline installer of Harbor, or a damaged one."""


@dataclass(frozen=True, kw_only=True)
class Installer:
    """What an archive holds; sizes in bytes, `inner_size` is what travels to the engine."""

    version: str
    images: tuple[Image, ...]
    architecture: str
    sha256: str
    size: int
    inner_size: int


def read_installer(path: Path, on_progress: Callable[[int, int], None] | None = None) -> Installer:
    """Read the whole archive once and say what is in it. Raises BadArchive with the reason."""
    size = _size_of(path)
    digest = _sha256(path, size, on_progress)
    with open_images(path) as (stream, inner_size):
        manifest, documents = _image_documents(stream, path)
    images = tuple(_images(manifest, documents, path))
    prepare = next((image for image in images if image.name == "prepare"), None)
    if prepare is None:
        raise BadArchive(f"{path.name} holds no goharbor/prepare image.", advice=_ADVICE)
    return Installer(
        version=prepare.reference.rpartition(":")[2],
        images=images,
        architecture=_architecture(manifest, documents),
        sha256=digest,
        size=size,
        inner_size=inner_size,
    )


@contextmanager
def open_images(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The `docker save` stream inside the archive, as it lies there, and its size in bytes."""
    found = False
    try:
        with gzip.open(path) as whole, tarfile.open(fileobj=whole, mode="r|") as outer:
            for member in outer:
                if not found and member.isfile() and _INNER.fullmatch(member.name):
                    found = True
                    yield outer.extractfile(member), member.size
            # Read on to the very end: only there a damaged archive shows, by its checksum.
            while whole.read(_BLOCK):
                pass
    except _DAMAGE as error:
        raise BadArchive(
            f"{path.name} cannot be read: {error}.",
            advice=_AGAIN,
        ) from error
    if not found:
        raise BadArchive(f"{path.name} holds no harbor/harbor.….tar.gz.", advice=_ADVICE)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise BadArchive(
            f"The archive {path.name} is not there.",
            advice="Copy it into the console's folder of releases.",
        ) from error


def _sha256(path: Path, size: int, on_progress: Callable[[int, int], None] | None) -> str:
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            if on_progress:
                on_progress(done, size)
    return digest.hexdigest()


def _image_documents(stream: IO[bytes], path: Path) -> tuple[list[dict], dict[str, dict]]:
    """manifest.json and every image configuration, keyed by their path in the tar."""
    documents: dict[str, dict] = {}
    sizes: dict[str, int] = {}
    manifest = None
    try:
        with tarfile.open(fileobj=stream, mode="r|*") as images:
            for member in images:
                sizes[member.name] = member.size
                if not member.isfile() or member.size > _LARGEST_JSON:
                    continue
                document = _json_of(images.extractfile(member))
                if member.name == "manifest.json":
                    manifest = document
                elif isinstance(document, dict):
                    documents[member.name] = document
    except _DAMAGE as error:
        raise BadArchive(
            f"The images in {path.name} are damaged: {error}.", advice=_AGAIN
        ) from error
    if not isinstance(manifest, list):
        raise BadArchive(f"The images in {path.name} have no manifest.json.", advice=_ADVICE)
    for entry in manifest:
        entry["size"] = sum(sizes.get(layer, 0) for layer in entry.get("Layers") or [])
    return manifest, documents


def _json_of(file: IO[bytes] | None) -> object:
    content = file.read() if file else b""
    if not content.startswith((b"{", b"[")):
        return None
    try:
        return json.loads(content)
    except ValueError:
        return None


def _images(manifest: list[dict], documents: dict[str, dict], path: Path) -> Iterator[Image]:
    for entry in manifest:
        config = entry.get("Config", "")
        if config not in documents:
            raise BadArchive(f"{path.name} lacks the configuration {config} of an image.")
        for reference in entry.get("RepoTags") or []:
            name = reference.rpartition(":")[0].rpartition("/")[2]
            image_id = "sha256:" + config.rpartition("/")[2].removesuffix(".json")
            yield Image(name=name, reference=reference, image_id=image_id, size=entry["size"])


def _architecture(manifest: list[dict], documents: dict[str, dict]) -> str:
    found = {documents[entry["Config"]].get("architecture", "") for entry in manifest}
    if len(found) != 1:
        raise BadArchive(f"The images are for several architectures: {', '.join(sorted(found))}.")
    return found.pop()
