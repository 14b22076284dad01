"""How much work a password-protected key or file asks for, known before it is done.

The count of rounds stands in the file (RFC 8018, RFC 7292): whoever made it decides how long we
would be busy, so it is read first.
"""

from collections.abc import Iterator

MOST_ROUNDS = 5_000_000
_OCTETS, _INTEGER, _CONSTRUCTED, _DEEPEST = 0x04, 0x02, 0x20, 24


def rounds_in(der: bytes) -> int:
    """The largest number that follows a salt in `der`; 0 when there is none."""
    return max(_rounds(der, 0), default=0)


def _rounds(data: bytes, depth: int) -> Iterator[int]:
    before = None
    for tag, content in _elements(data):
        if tag == _INTEGER and before == _OCTETS:
            yield int.from_bytes(content[:8], "big")  # longer ones are too many all the same
        # A file in a file is wrapped as octets, too; what does not parse ends at once.
        if depth < _DEEPEST and (tag & _CONSTRUCTED or tag == _OCTETS and content[:1] == b"\x30"):
            yield from _rounds(content, depth + 1)
        before = tag


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element; a broken one ends it: the real reader will say so."""
    at = 0
    while at + 2 <= len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length == 0x80:  # indefinite: everything that follows is inside, to its own end
            yield tag, data[at:]
            return
        if length > 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        yield tag, data[at : at + length]
        at += length
