"""A tiny image of our own making, different at every call, for tests of a registry."""

import gzip
import hashlib
import io
import json
import secrets
import tarfile
from dataclasses import dataclass

from lib.archives import File, tar_of

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
_LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True, kw_only=True)
class SmallImage:
    """One layer of random bytes with its configuration and manifest, as a registry keeps them."""

    layer: bytes
    layer_tar: bytes
    config: bytes
    manifest: bytes

    @property
    def digest(self) -> str:
        return digest_of(self.manifest)

    @property
    def blobs(self) -> dict[str, bytes]:
        """digest → content of everything the manifest names."""
        return {digest_of(self.layer): self.layer, digest_of(self.config): self.config}

    @property
    def image_id(self) -> str:
        """The id an engine shows after loading it."""
        return digest_of(self.config)

    def docker_archive(self, reference: str) -> bytes:
        """The same image as `docker save` writes it, named `reference`."""
        name = self.image_id.partition(":")[2]
        manifest = [{"Config": f"{name}.json", "RepoTags": [reference], "Layers": ["layer.tar"]}]
        return tar_of({
            f"{name}.json": File(self.config),
            "layer.tar": File(self.layer_tar),
            "manifest.json": File(json.dumps(manifest).encode()),
        })


def digest_of(content: bytes) -> str:
    """How registries name content."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def make_small_image(*, size: int = 64 * 1024, architecture: str = "amd64") -> SmallImage:
    """An image whose only file holds `size` random bytes."""
    layer_tar = _plain_tar("slipway-selftest.bin", secrets.token_bytes(size))
    layer = gzip.compress(layer_tar, compresslevel=1, mtime=0)
    config = _json({
        "architecture": architecture, "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer_tar)]},
        "history": [{"created_by": "Slipway self-test"}],
    })
    manifest = _json({
        "schemaVersion": 2, "mediaType": MANIFEST_TYPE,
        "config": _described(_CONFIG_TYPE, config),
        "layers": [_described(_LAYER_TYPE, layer)],
    })
    return SmallImage(layer=layer, layer_tar=layer_tar, config=config, manifest=manifest)


def _described(media_type: str, content: bytes) -> dict:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _json(document: dict) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _plain_tar(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
