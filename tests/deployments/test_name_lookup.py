"""Names are asked for at the name servers the operator named, or at the system's."""

import socket

import pytest
from dnslib import RR
from dnslib.server import BaseResolver, DNSServer

from deployments.name_lookup import NameServerSilent, addresses_of


class Zone(BaseResolver):
    """Knows two names; everything else does not exist. "broken." is refused."""

    def resolve(self, request, handler):
        name, reply = str(request.q.qname), request.reply()
        if name == "broken.example.com.":
            reply.header.rcode = 5
        elif name == "registry.example.com.":
            reply.add_answer(*RR.fromZone("registry.example.com. 60 A 192.0.2.20"))
            reply.add_answer(*RR.fromZone("registry.example.com. 60 A 192.0.2.10"))
        elif name == "alias.example.com.":
            reply.add_answer(*RR.fromZone(
                "alias.example.com. 60 CNAME registry.example.com.\n"
                "registry.example.com. 60 A 192.0.2.10"
            ))
        else:
            reply.header.rcode = 3
        return reply


@pytest.fixture
def name_server():
    server = DNSServer(Zone(), address="127.0.0.1", port=0)
    server.start_thread()
    yield f"127.0.0.1:{server.server.server_address[1]}"
    server.server.shutdown()
    server.server.server_close()


def test_gives_every_address_of_a_name(name_server):
    assert addresses_of("registry.example.com", [name_server]) == ["192.0.2.10", "192.0.2.20"]


def test_follows_an_alias(name_server):
    assert addresses_of("alias.example.com", [name_server]) == ["192.0.2.10"]


def test_an_unknown_name_has_no_address(name_server):
    assert addresses_of("nothing.example.com", [name_server]) == []


def test_asks_the_next_server_when_one_refuses(name_server):
    assert addresses_of("registry.example.com", ["127.0.0.1:1", name_server])


def test_says_when_every_server_fails(name_server):
    with pytest.raises(NameServerSilent, match="127.0.0.1"):
        addresses_of("broken.example.com", [name_server])


def test_asks_the_system_when_no_server_is_named(monkeypatch):
    def resolve(name, *args):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    assert addresses_of("nothing.example.com", []) == []
