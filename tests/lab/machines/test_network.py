"""Machines, the host and the lab's services reach each other by address and by name."""

import socket
from functools import partial

import dnslib
import pytest

from tests.lab.machines.guest import eventually, new_guest

pytestmark = pytest.mark.lab

SERVE = (
    b"#cloud-config\nruncmd:\n"
    b"  - [systemd-run, python3, -m, http.server, --directory, /etc/cloud, '80']\n"
)


@pytest.fixture(scope="module")
def pair(lab):
    """Two machines that serve a page."""
    guests = [new_guest(lab, SERVE) for _ in range(2)]
    for guest in guests:
        lab.hypervisor.power_on(guest.uuid)
    for guest in guests:
        guest.await_first_boot()
        eventually(partial(answers, guest.address, 80), "the page is served")
    yield guests
    for guest in guests:
        lab.hypervisor.delete(guest.uuid)


def test_machines_reach_each_other_the_host_and_its_services(lab, pair):
    first, second = pair

    assert first.tries(*get(f"http://{second.address}/cloud.cfg"))
    assert first.tries(*get(f"http://{second.name}.lab.test/cloud.cfg"))
    assert first.tries("ping", "-c1", lab.subnet.gateway)
    host, port = lab.prism.url.removeprefix("https://").split(":")
    connect = f"import socket; socket.create_connection(('{host}', {port}), 5)"
    assert first.tries("python3", "-c", connect)


def test_machines_have_no_way_out(lab, pair):
    outside = "import socket; socket.create_connection(('198.51.100.1', 80), 2)"

    assert not pair[0].tries("python3", "-c", outside)


def test_a_registered_name_is_known_to_machines_and_to_this_host(lab, pair):
    lab.names.register("Harbor.lab.test", pair[1].address)

    assert pair[0].run("getent", "hosts", "harbor.lab.test").split()[0] == pair[1].address
    assert socket.gethostbyname("harbor.lab.test") == pair[1].address

    lab.names.register("harbor.lab.test", pair[0].address)
    assert socket.gethostbyname("harbor.lab.test") == pair[0].address
    lab.names.forget("harbor.lab.test")
    assert not pair[0].tries("getent", "hosts", "harbor.lab.test")


def test_the_name_server_says_plainly_what_it_does_not_know(lab):
    lab.names.register("known.lab.test", "10.77.0.99")

    assert rcode(lab, "nobody.lab.test", "A") == "NXDOMAIN"
    assert rcode(lab, "example.com", "A") == "NXDOMAIN"
    assert rcode(lab, "known.lab.test", "AAAA") == "NOERROR"
    assert rcode(lab, "KNOWN.lab.test", "A", tcp=True) == "NOERROR"
    lab.names.forget("known.lab.test")


def test_a_machine_has_the_address_and_the_card_that_prism_gave_it(lab, pair):
    given = lab.hypervisor.machines[pair[0].uuid]

    assert given.address in pair[0].run("ip", "-brief", "address", "show", "eth0")
    assert pair[0].run("cat", "/sys/class/net/eth0/address") == given.mac


def test_a_machine_does_not_reach_the_settings_of_the_host(lab, pair):
    assert not pair[0].tries("sysctl", "-w", "kernel.keys.root_maxkeys=1000000")
    assert pair[0].tries("sysctl", "-w", "net.ipv4.ip_forward=1")


def rcode(lab, name, kind, *, tcp=False):
    """How the lab's name server ends its answer."""
    question = dnslib.DNSRecord.question(name, kind)
    raw = question.send(lab.subnet.gateway, 53, tcp=tcp, timeout=5)
    return dnslib.RCODE[dnslib.DNSRecord.parse(raw).header.rcode]


def get(url):
    """A program that fails when the page cannot be had."""
    return ("python3", "-c", f"import urllib.request as u; u.urlopen('{url}', timeout=5)")


def answers(address, port):
    """Whether something listens there."""
    try:
        socket.create_connection((address, port), 1).close()
    except OSError:
        return False
    return True
