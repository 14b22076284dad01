"""Small installer archives of the shape Harbor publishes, sound ones and others."""

import gzip
import hashlib
import io
import json
import tarfile

NAME = "harbor-offline-installer-v2.15.2.tgz"


def make_archive(*, version="v2.15.2", architecture="amd64", padding=0, inner="harbor.v2.15.2"):
    """The bytes of an installer; `padding` bytes that do not compress make it larger."""
    identity = "ab" * 32
    manifest = [
        {
            "Config": f"{identity}.json",
            "RepoTags": [f"goharbor/{name}:{version}"],
            "Layers": ["l/layer"],
        }
        for name in ("prepare", "harbor-core")
    ]
    images = tar(
        {
            f"{identity}.json": json.dumps({"architecture": architecture}).encode(),
            "l/layer": hashlib.shake_256(b"layer").digest(padding),
            "manifest.json": json.dumps(manifest).encode(),
        }
    )
    return gzip.compress(
        tar({"harbor/harbor.yml.tmpl": b"hostname: x\n", f"harbor/{inner}.tar.gz": images}),
        compresslevel=1, mtime=0,
    )


def tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
