"""Tar archives in memory: how files travel to a host through the engine."""

import io
import tarfile
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """One file of an archive with the owner and mode it shall have on the other side."""

    content: bytes
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


def tar_of(files: Mapping[str, File]) -> bytes:
    """An uncompressed tar of `files`, keyed by their path relative to the target directory.

    Directories are written too (0755, root), parents first.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for directory in _parents(files):
            tar.addfile(_entry(directory, type=tarfile.DIRTYPE, mode=0o755))
        for path, file in files.items():
            entry = _entry(path, mode=file.mode, uid=file.uid, gid=file.gid)
            entry.size = len(file.content)
            tar.addfile(entry, io.BytesIO(file.content))
    return buffer.getvalue()


def _parents(files: Mapping[str, File]) -> list[str]:
    found = {
        "/".join(path.split("/")[:depth])
        for path in files
        for depth in range(1, path.count("/") + 1)
    }
    return sorted(found)


def _entry(path: str, **attributes: object) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.mtime = int(time.time())
    for name, value in attributes.items():
        setattr(entry, name, value)
    return entry
