"""Cuts what a person hands in into PEM blocks, whatever editor or system it went through."""

import re
from dataclasses import dataclass

from lib.errors import ServiceError

MOST_BYTES = 1024 * 1024
_MARK = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]{1,40})-----")
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class PemUnreadable(ServiceError):
    """The text is no PEM, or a block of it was cut."""


@dataclass(frozen=True)
class Block:
    """One block: its label, like CERTIFICATE, and its text with Unix line ends."""

    label: str
    text: str


def decoded(data: bytes) -> str:
    """The text in `data`; editors of Windows save UTF-16 or a mark before UTF-8."""
    encoding = next((name for mark, name in _BOMS.items() if data.startswith(mark)), "utf-8")
    # What is no letter stands outside of the blocks, or breaks one, which is told then.
    return data.decode(encoding, errors="replace")


def blocks_in(text: str) -> list[Block]:
    """Every block in order; text around them is ignored. Raises PemUnreadable."""
    if len(text) > MOST_BYTES:
        raise PemUnreadable("The text is longer than 1 MiB: these are no certificates.")
    found: list[Block] = []
    label, lines, begun = "", [], 0
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip().lstrip("\ufeff")
        mark = _MARK.fullmatch(line)
        if mark and mark[1] == "BEGIN":
            _require_end(label, begun)
            label, lines, begun = mark[2], [], number
        elif mark and mark[2] != label:
            raise PemUnreadable(f"Line {number} ends a block that did not begin: {mark[2]}.")
        elif mark:
            found.append(Block(label, "\n".join([
                f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""
            ])))
            label = ""
        elif label:
            lines.append(line)
    _require_end(label, begun)
    return found


def _require_end(label: str, begun: int) -> None:
    if label:
        raise PemUnreadable(
            f"The block {label} that begins in line {begun} has no end: the text was cut."
        )
