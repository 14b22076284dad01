"""Asks the name service for the addresses of a domain name (RFC 1035, A records over UDP)."""

import secrets
import socket
import struct

from lib.errors import ServiceError

_WAIT = 3.0
_TYPE_A, _CLASS_IN = 1, 1
_NO_SUCH_NAME = 3


class NameServerSilent(ServiceError):
    """The name server did not answer, or refused."""


def addresses_of(name: str, servers: list[str]) -> list[str]:
    """IPv4 addresses of `name`, sorted; empty when there is no such name.

    `servers` are asked in turn as "ip:port"; without any, the system's resolver is.
    Raises NameServerSilent when none answers.
    """
    if not servers:
        return _from_system(name)
    silence = None
    for server in servers:
        try:
            return _ask(name, server)
        except (OSError, ValueError, struct.error, IndexError) as error:
            silence = NameServerSilent(f"The name server {server} does not answer: {error}.")
    raise silence


def _from_system(name: str) -> list[str]:
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
            return []
        raise NameServerSilent(f"The console's name service failed: {error.strerror}.") from error
    return sorted({entry[4][0] for entry in found})


def _ask(name: str, server: str) -> list[str]:
    host, _, port = server.rpartition(":")
    number = secrets.randbelow(65536)
    question = _encoded(name) + struct.pack("!HH", _TYPE_A, _CLASS_IN)
    query = struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + question
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(_WAIT)
        # Connected: an answer from anyone else never arrives.
        client.connect((host, int(port)))
        client.send(query)
        answer = client.recv(4096)
    return _addresses_in(answer, number, len(query))


def _addresses_in(answer: bytes, number: int, start: int) -> list[str]:
    answered, flags, _, count = struct.unpack("!4H", answer[:8])
    status = flags & 0xF
    if answered != number or not flags & 0x8000:
        raise ValueError("it answered another question")
    if status == _NO_SUCH_NAME:
        return []
    if status:
        raise ValueError(f"it refused with code {status}")
    found, position = [], start
    for _ in range(count):
        position = _after_name(answer, position)
        kind, _class, _ttl, length = struct.unpack("!HHIH", answer[position:position + 10])
        position += 10
        if kind == _TYPE_A and length == 4:
            found.append(socket.inet_ntoa(answer[position:position + 4]))
        position += length
    return sorted(found)


def _encoded(name: str) -> bytes:
    labels = name.rstrip(".").split(".")
    return b"".join(bytes([len(label)]) + label.encode("ascii") for label in labels) + b"\0"


def _after_name(answer: bytes, position: int) -> int:
    while True:
        length = answer[position]
        if length & 0xC0:  # a pointer ends the name
            return position + 2
        position += 1 + length
        if not length:
            return position
