"""Where the console connects to by itself: internal addresses, never its own machine."""

import socket

import pytest

from lib.errors import Unreachable
from lib.outbound import ForbiddenAddress, allowed_address


def answers(monkeypatch, *addresses):
    found = [(socket.AF_INET, 0, 0, "", (address, 0)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)


@pytest.mark.parametrize("host", [
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0.0.0.1", "0", "::1", "::", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "169.254.169.254", "fe80::1", "100.100.100.200", "168.63.129.16",
    "fd00:ec2::254", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "ff02::1", "localhost",
    "255.255.255.255",
])
def test_its_own_machine_and_metadata_are_forbidden_however_spelt(host):
    with pytest.raises(ForbiddenAddress):
        allowed_address(host, 443)


@pytest.mark.parametrize("host", ["10.1.2.3", "192.168.1.1", "172.16.0.9", "fd12::5", "192.0.2.1"])
def test_internal_addresses_are_what_it_is_for(host):
    assert allowed_address(host, 443) == host


def test_one_harmless_answer_does_not_hide_another(monkeypatch):
    answers(monkeypatch, "192.0.2.1", "127.0.0.1")

    with pytest.raises(ForbiddenAddress, match=r"leads to 127\.0\.0\.1"):
        allowed_address("rebind.example.com", 443)


def test_what_is_named_is_allowed(monkeypatch):
    answers(monkeypatch, "127.0.0.1")

    assert allowed_address("Console.example.com", 443, allowed=["console.example.com"])


def test_gives_an_address_and_no_name(monkeypatch):
    answers(monkeypatch, "2001:db8::1", "192.0.2.7")

    assert allowed_address("reg.example.com", 443) == "192.0.2.7"


def test_a_name_that_leads_nowhere_says_so():
    with pytest.raises(Unreachable, match="does not resolve"):
        allowed_address("nowhere.invalid", 443)
