"""Writes images as `docker save` does: an OCI layout with manifest.json, gzipped.

The layout is read by engines with the classic store (manifest.json) and with the containerd
store (index.json). A layer that several images share is written once.
"""

import gzip
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lab.release.layers import Layer

CREATED = "2026-01-01T00:00:00Z"
OCI = "application/vnd.oci.image"


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image: its full name with tag, its layers from the lowest up, its run configuration."""

    name: str
    layers: tuple[Layer, ...]
    config: dict[str, object] = field(default_factory=dict)


class ImageArchive:
    """Collects images in a scratch folder and packs them."""

    def __init__(self, scratch: Path) -> None:
        scratch.mkdir(exist_ok=True)
        self.scratch = scratch
        self.blobs: dict[str, Path] = {}
        self._layer_digests: dict[int, str] = {}
        self._listed: list[dict[str, object]] = []
        self._index: list[dict[str, object]] = []

    def add(self, image: Image) -> None:
        digests = [self._layer(layer) for layer in image.layers]
        config = self._blob(_json(_image_config(image, digests)))
        described = [self._descriptor(d, f"{OCI}.layer.v1.tar") for d in digests]
        manifest = self._blob(_json({
            "schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json",
            "config": self._descriptor(config, f"{OCI}.config.v1+json"), "layers": described}))
        self._listed.append({"Config": f"blobs/sha256/{config}", "RepoTags": [image.name],
                             "Layers": [f"blobs/sha256/{d}" for d in digests]})
        names = {"io.containerd.image.name": f"docker.io/{image.name}",
                 "org.opencontainers.image.ref.name": image.name.rsplit(":", 1)[1]}
        self._index.append(
            {**self._descriptor(manifest, f"{OCI}.manifest.v1+json"), "annotations": names})

    def pack(self, target: Path) -> None:
        """Write the gzipped archive, the same bytes for the same images."""
        texts = {
            "oci-layout": _json({"imageLayoutVersion": "1.0.0"}),
            "index.json": _json({"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json",
                                 "manifests": self._index}),
            "manifest.json": _json(self._listed)}
        with _packed_tar(target, level=4) as tar:
            for digest, path in sorted(self.blobs.items()):
                with path.open("rb") as source:
                    _add(tar, f"blobs/sha256/{digest}", source, path.stat().st_size)
            for name, data in texts.items():
                _add(tar, name, io.BytesIO(data), len(data))

    def _layer(self, layer: Layer) -> str:
        if id(layer) not in self._layer_digests:
            path = self.scratch / f"layer-{len(self._layer_digests)}.tar"
            digest = layer.write(path)
            self.blobs[digest] = path
            self._layer_digests[id(layer)] = digest
        return self._layer_digests[id(layer)]

    def _blob(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = self.scratch / digest
        self.blobs[digest].write_bytes(data)
        return digest

    def _descriptor(self, digest: str, media_type: str) -> dict[str, object]:
        size = self.blobs[digest].stat().st_size
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}


def _image_config(image: Image, digests: list[str]) -> dict[str, object]:
    history = [{"created": CREATED, "created_by": f"lab.release: {layer.name}"}
               for layer in image.layers]
    return {"created": CREATED, "architecture": "amd64", "os": "linux", "config": image.config,
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{d}" for d in digests]},
            "history": history}


@contextmanager
def _packed_tar(target: Path, *, level: int) -> Iterator[tarfile.TarFile]:
    """A gzipped tar without the time and the name that gzip would write into its head."""
    with (target.open("wb") as file,
          gzip.GzipFile("", "wb", compresslevel=level, fileobj=file, mtime=0) as plain,
          tarfile.open(fileobj=plain, mode="w|", bufsize=1 << 20) as tar):
        yield tar


def _add(tar: tarfile.TarFile, name: str, source: io.IOBase, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    tar.addfile(member, source)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def pack_installer(folder: Path, target: Path) -> None:
    """Write the folder `harbor` as the installer archive; its big part is compressed already."""
    unfinished = target.with_suffix(".unfinished")
    with _packed_tar(unfinished, level=1) as tar:
        for path in sorted(folder.iterdir()):
            member = tar.gettarinfo(path, f"harbor/{path.name}")
            member.uid = member.gid = member.mtime = 0
            member.uname = member.gname = ""
            with path.open("rb") as source:
                tar.addfile(member, source)
    shutil.move(unfinished, target)
