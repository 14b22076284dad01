"""The host tool's image: empty but for a few links, so that the host's own programs run in it.

Nothing is pulled and nothing is shipped: `/usr` of the host is mounted read-only when it runs.
"""

import hashlib
import io
import json
import tarfile
from functools import lru_cache

REFERENCE = "slipway/host-tool:1"
_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
_FOLDERS = ("usr", "dev", "etc", "proc", "run", "sys", "target", "tmp", "v")


def archive() -> bytes:
    """The image as `docker load` takes it; the same bytes every time."""
    layer, configuration = _layer(), _configuration()
    name = hashlib.sha256(configuration).hexdigest()
    manifest = [{"Config": f"{name}.json", "RepoTags": [REFERENCE], "Layers": ["layer.tar"]}]
    return _tar({
        f"{name}.json": configuration, "layer.tar": layer,
        "manifest.json": json.dumps(manifest).encode(),
    })


def image_id() -> str:
    """What every engine calls this image."""
    return f"sha256:{hashlib.sha256(_configuration()).hexdigest()}"


@lru_cache
def _layer() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in _FOLDERS:
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        for name, target in _LINKS.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target, 0o777
            tar.addfile(entry)
    return buffer.getvalue()


def _configuration() -> bytes:
    digest = hashlib.sha256(_layer()).hexdigest()
    return json.dumps({
        "architecture": "amd64", "os": "linux",
        "config": {"Env": ["PATH=/usr/sbin:/usr/bin", "LC_ALL=C"]},
        "created": "2026-01-01T00:00:00Z",
        "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "Slipway"}],
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
    }).encode()


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
