"""The bytes of an archive that has not arrived whole, in a folder no release is read from."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from deployments.models import IncomingArchive

_FOLDER = ".incoming"


def folder() -> Path:
    """Inside the folder of releases: a rename from here to there is atomic."""
    return Path(settings.RELEASES_DIR) / _FOLDER


def path_of(incoming: IncomingArchive) -> Path:
    return folder() / f"{incoming.uuid}.part" / incoming.name


def received(incoming: IncomingArchive) -> int:
    """How many bytes are there; the file is the truth, not a column."""
    try:
        return path_of(incoming).stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def writing(incoming: IncomingArchive) -> Iterator[IO[bytes]]:
    """The file, for one writer at a time, at its end. Raises BlockingIOError for a second one."""
    path = path_of(incoming)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file


def place(incoming: IncomingArchive) -> None:
    """Give the complete file its name at once; nothing when that has been done."""
    path = path_of(incoming)
    if path.exists():
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.replace(incoming.final_path)
    discard(incoming)


def discard(incoming: IncomingArchive) -> None:
    """Remove what has arrived."""
    shutil.rmtree(path_of(incoming).parent, ignore_errors=True)


def remove_folder(name: str) -> None:
    """Remove what belongs to no row any more."""
    shutil.rmtree(folder() / Path(name).name, ignore_errors=True)


def abandoned(seconds: float) -> Iterator[Path]:
    """The folders of parts that nothing was added to for so long."""
    before = time.time() - seconds
    for own in folder().glob("*.part"):
        times = [own.stat().st_mtime, *(part.stat().st_mtime for part in own.glob("*"))]
        if max(times) < before:
            yield own
