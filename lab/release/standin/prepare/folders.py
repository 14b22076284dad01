"""Files and folders with the owners and modes that the services expect (harbor.md 1.5)."""

import os
import shutil
from pathlib import Path

from .places import Places

HARBOR = 10000
DATABASE = 999
DATA_FOLDERS = {
    "registry": (0o755, HARBOR), "job_logs": (0o755, HARBOR), "ca_download": (0o755, HARBOR),
    "database": (0o700, DATABASE), "redis": (0o755, DATABASE),
}


def delete_files(folder: Path) -> None:
    """Delete every file below the folder; the folders stay."""
    for path in sorted(folder.rglob("*")) if folder.exists() else []:
        if path.is_file() or path.is_symlink():
            path.unlink()


def write_file(path: Path, text: str, *, mode: int = 0o640, owner: int = HARBOR) -> None:
    """Write a configuration file and say so."""
    make_folder(path.parent)
    path.write_text(text)
    path.chmod(mode)
    own(path, owner)
    print(f"Generated configuration file: {path}")


def make_folder(path: Path, *, mode: int = 0o755, owner: int | None = None) -> None:
    """Make the folder; only a wrong owner at its top makes everything below change hands."""
    path.mkdir(parents=True, exist_ok=True)
    if owner is None:
        return
    path.chmod(mode)
    if path.stat().st_uid != owner:
        for inner in [path, *path.rglob("*")]:
            own(inner, owner)


def make_data_folders(places: Places) -> None:
    for name, (mode, owner) in DATA_FOLDERS.items():
        make_folder(places.data / name, mode=mode, owner=owner)


def make_empty(path: Path) -> None:
    """The folder exists and holds nothing: what it held is gone."""
    if path.exists():
        shutil.rmtree(path)
    path.mkdir(parents=True)


def own(path: Path, owner: int) -> None:
    if os.geteuid() == 0:
        os.chown(path, owner, owner, follow_symlinks=False)
