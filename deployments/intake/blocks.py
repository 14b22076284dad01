"""Takes one block of an upload: at its place, once, and never past the announced size."""

import errno
import re
from dataclasses import dataclass
from typing import IO, Protocol

from deployments.intake import parts
from deployments.intake.space import NoRoom
from deployments.models import IncomingArchive
from lib.errors import ServiceError
from lib.sizes import MIB, human

BLOCK = 8 * MIB
_PIECE = MIB
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)


class BadBlock(ServiceError):
    """The block does not say where it belongs, or is too large."""


class WrongPlace(ServiceError):
    """The block does not follow what is there: go on after `received` bytes."""


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class ContentRange:
    """Where a block belongs: from `first` to `last`, both counted, of `size` bytes."""

    first: int
    last: int
    size: int

    @classmethod
    def parse(cls, text: str) -> "ContentRange":
        """Raises BadBlock."""
        found = _RANGE.fullmatch(text)
        if not found:
            raise BadBlock("The block has no Content-Range like “bytes 0-1023/4096”.")
        first, last, size = map(int, found.groups())
        if not first <= last < size:
            raise BadBlock(f"The range {first}-{last} is not within {size} bytes.")
        if last - first + 1 > BLOCK:
            raise BadBlock(f"A block has at most {human(BLOCK)}.")
        return cls(first=first, last=last, size=size)


def take_block(incoming: IncomingArchive, place: ContentRange, body: Readable) -> int:
    """Append the block; the bytes received by then. What came of a broken block is kept.

    Raises WrongPlace when it does not follow, NoRoom when the disk is full.
    """
    if place.size != incoming.size:
        raise BadBlock(f"{incoming.name} was announced with {incoming.size} bytes.")
    try:
        with parts.writing(incoming) as file:
            _append(file, place, body)
    except BlockingIOError:
        raise WrongPlace("Another window is sending this file.") from None
    return parts.received(incoming)


def _append(file: IO[bytes], place: ContentRange, body: Readable) -> None:
    if file.tell() != place.first:
        raise WrongPlace(f"{file.tell()} bytes are there, the block begins at {place.first}.")
    missing = place.last - place.first + 1
    try:
        while missing and (piece := body.read(min(_PIECE, missing))):
            file.write(piece)
            missing -= len(piece)
        file.flush()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        file.truncate(place.first)
        raise NoRoom(
            "The disk of the folder of releases is full.",
            advice="Make room there, then continue: what has arrived is kept.",
        ) from error
