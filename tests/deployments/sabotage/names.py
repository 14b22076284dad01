"""What goes wrong in the name service."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from django.test import override_settings
from dnslib.server import DNSLogger, DNSServer

from lab.control import Lab
from lab.dns import Names
from tests.deployments.sabotage.place import Fault, Place

ELSEWHERE = "192.0.2.1"  # RFC 5737: never anybody's


@contextmanager
def _a_name_server_of_the_console(names: dict[str, str]) -> Iterator[None]:
    """The console asks another name server than the machines: it has these names only."""
    quiet = DNSLogger(log="-recv,-send,-request,-reply,-truncated,-error,-data")
    server = DNSServer(Names(lambda: names), address="127.0.0.1", port=0, logger=quiet)
    server.start_thread()
    port = server.server.server_address[1]
    try:
        with override_settings(SLIPWAY_NAME_SERVERS=[f"127.0.0.1:{port}"]):
            yield
    finally:
        server.stop()
        server.server.server_close()


@contextmanager
def a_name_without_record_at_the_console(place: Place) -> Iterator[None]:
    with _a_name_server_of_the_console({}):
        yield


@contextmanager
def a_name_that_leads_elsewhere_at_the_console(place: Place) -> Iterator[None]:
    with _a_name_server_of_the_console({place.instance.fqdn: ELSEWHERE}):
        yield


@contextmanager
def a_silent_name_server(place: Place) -> Iterator[None]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as mute:
        mute.bind(("127.0.0.1", 0))
        with override_settings(SLIPWAY_NAME_SERVERS=[f"127.0.0.1:{mute.getsockname()[1]}"]):
            yield


@contextmanager
def a_name_that_leads_elsewhere_for_all(place: Place) -> Iterator[None]:
    lab = Lab.connect()
    gateway = lab.status()["dns"].partition(":")[0]  # where no registry listens
    lab.register(name=place.instance.fqdn, address=gateway)
    try:
        yield
    finally:
        lab.forget(name=place.instance.fqdn)


FAULTS = (
    Fault(a_name_without_record_at_the_console, {"name": "Create the DNS record"}),
    Fault(a_name_that_leads_elsewhere_at_the_console, {"name": "Change the DNS record"}),
    Fault(a_silent_name_server, {"name": "name service"}),
    Fault(a_name_that_leads_elsewhere_for_all, {
        "name": "Change the DNS record", "engine-trust": "name service", "engine-push": "",
    }),
)
