"""The name server of the lab: answers for names that were registered, and for nothing else."""

import threading
from collections.abc import Callable

from dnslib import QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSHandler, DNSLogger, DNSServer

from lab import hosts_file
from lab.errors import LabError

TTL_SECONDS = 1  # so that a test may move a name and see it moved
ZONE = "lab.test"


class Names(BaseResolver):
    """Registered names, also written to the host's own hosts file, and the machines' own names.

    `machines` tells at any moment which machine has which address.
    """

    def __init__(self, machines: Callable[[], dict[str, str]] = dict) -> None:
        self._machines = machines
        self._addresses: dict[str, str] = {}
        self._lock = threading.Lock()

    def register(self, name: str, address: str) -> None:
        """From now on `name` is at `address`, for machines and for the host."""
        with self._lock:
            self._addresses[name.lower().rstrip(".")] = address
            hosts_file.write(self._addresses)

    def forget(self, name: str) -> None:
        """Nothing is known of the name any more."""
        with self._lock:
            self._addresses.pop(name.lower().rstrip("."), None)
            hosts_file.write(self._addresses)

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:
        reply = request.reply()
        name = str(request.q.qname).lower().rstrip(".")
        known = self._machines() | self._addresses
        address = known.get(name) or known.get(name.removesuffix(f".{ZONE}"))
        if address is None:
            reply.header.rcode = RCODE.NXDOMAIN
        elif request.q.qtype in (QTYPE.A, QTYPE.ANY):
            reply.add_answer(RR(name, QTYPE.A, ttl=TTL_SECONDS, rdata=A(address)))
        return reply


class NameServer:
    """Serves the names over UDP and TCP at port 53 of the bridge's address."""

    def __init__(self, names: Names, address: str) -> None:
        quiet = DNSLogger(log="-recv,-send,-request,-reply,-truncated,-error,-data", logf=_silent)
        try:
            self._servers = [
                DNSServer(names, address=address, port=53, tcp=tcp, logger=quiet)
                for tcp in (False, True)
            ]
        except OSError as error:
            problem = f"The lab's name server cannot listen at {address}:53: {error}."
            raise LabError(problem) from error

    def start(self) -> None:
        """Answer from threads of its own."""
        for server in self._servers:
            server.start_thread()

    def stop(self) -> None:
        """Answer no more."""
        for server in self._servers:
            server.stop()
            server.server.server_close()


def _silent(line: str) -> None:
    """The lab's output is for the operator; queries are not."""
