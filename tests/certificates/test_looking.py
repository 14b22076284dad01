"""Every endpoint is looked at, and what differs from the books is named."""

import socket
import threading
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from certificates import looking
from certificates.models import Certificate, Endpoint
from certificates.services import issue, look_at_endpoints, probe, register_endpoint
from operations.models import Operation
from tests.notices.runs import run

pytestmark = pytest.mark.django_db


def expect(certificate, port, server_name="reg.example.com", **more):
    return register_endpoint(address="127.0.0.1", port=port, server_name=server_name,
                             expected=certificate, **more)


def successor(certificate, days, **changes):
    """A later certificate for the same name; its life can be shorter than the first one's."""
    made = issue(certificate.authority, common_name="reg.example.com", names=["reg.example.com"],
                 days=days)
    for name, value in changes.items():
        setattr(made, name, value)
    made.save()
    return made


def test_the_one_before_is_an_older_one(certificate, serve):
    new = successor(certificate, 300, not_before=timezone.now() + timedelta(hours=1))

    with serve(certificate.full_chain_pem, certificate.key_pem) as port:
        endpoint = expect(new, port)
        probe(endpoint)

    assert endpoint.state == Endpoint.State.OLDER


def test_another_one_that_ends_sooner_is_said_to(authority, certificate, serve):
    short = issue(authority, common_name="short.example.com", names=["reg.example.com"], days=10)

    with serve(short.full_chain_pem, short.key_pem) as port:
        endpoint = expect(certificate, port)
        probe(endpoint)

    assert endpoint.state == Endpoint.State.SOONER
    assert "It ends 387 days sooner." in endpoint.problem


def test_a_pinned_certificate_needs_no_chain(certificate, serve):
    with serve(certificate.certificate_pem, certificate.key_pem) as port:
        endpoint = expect(None, port, expected_fingerprint=certificate.fingerprint)
        probe(endpoint)
        other = expect(None, port, "x.example.com", expected_fingerprint="ab" * 32)
        probe(other)

    assert endpoint.state == Endpoint.State.EXPECTED
    assert endpoint.served_until == certificate.not_after
    assert other.state == Endpoint.State.OTHER
    assert "ab" * 8 in other.problem


def test_an_authority_may_be_given_for_what_is_not_in_the_books(certificate, authority, serve):
    with serve(certificate.full_chain_pem, certificate.key_pem) as port:
        endpoint = expect(None, port, trusted_pem=authority.certificate_pem)
        probe(endpoint)

    assert endpoint.state == Endpoint.State.EXPECTED


def test_without_anything_to_trust_the_system_decides(certificate, serve):
    with serve(certificate.full_chain_pem, certificate.key_pem) as port:
        endpoint = expect(None, port)
        probe(endpoint)

    assert endpoint.state == Endpoint.State.UNTRUSTED
    assert endpoint.served_fingerprint == certificate.fingerprint


def test_remembers_the_last_looks_and_no_more(certificate, closed_port):
    endpoint = expect(certificate, closed_port)

    for _ in range(Endpoint.REMEMBERED + 2):
        probe(endpoint)

    endpoint.refresh_from_db()
    assert len(endpoint.recent) == Endpoint.REMEMBERED
    assert endpoint.recent[-1] == [endpoint.probed_at.isoformat(timespec="seconds"), "unreachable"]


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "169.254.169.254", "::1"])
def test_a_forbidden_address_is_refused_on_save_and_on_use(settings, address):
    settings.PROBE_HOSTS_ALLOWED = []
    endpoint = Endpoint(address=address, port=1, server_name="x")

    with pytest.raises(ValidationError, match="PROBE_HOSTS_ALLOWED"):
        endpoint.full_clean()
    endpoint.save()  # as an upper room would, or before the name moved
    probe(endpoint)

    assert endpoint.state == Endpoint.State.FORBIDDEN
    assert "PROBE_HOSTS_ALLOWED" in endpoint.problem


def test_connects_to_the_address_that_was_checked(monkeypatch, settings, closed_port):
    """A name that answers differently the second time (DNS rebinding) is asked once only."""
    settings.PROBE_HOSTS_ALLOWED = []
    asked, connected = [], []
    real = socket.getaddrinfo

    def answer(host, port, *args, **kwargs):
        if host != "rebind.example.com":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        address = "192.0.2.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address, timeout=None, **kwargs):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(socket, "create_connection", connect)

    probe(Endpoint.objects.create(address="rebind.example.com", port=443, server_name="x"))

    assert connected == ["192.0.2.1"]
    assert asked == ["rebind.example.com"]


def test_nothing_inside_a_certificate_is_fetched(authority, certificate, serve, monkeypatch):
    """Its AIA and CRL addresses are text: the only connections go to the endpoint."""
    connected = []
    real = socket.create_connection

    def connect(address, *args, **kwargs):
        connected.append(address)
        return real(address, *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", connect)
    with serve(certificate.full_chain_pem, certificate.key_pem) as port:
        probe(expect(certificate, port))

    assert set(connected) == {("127.0.0.1", port)}


def test_the_operation_looks_at_all_and_sums_up(certificate, closed_port, serve):
    with serve(certificate.full_chain_pem, certificate.key_pem) as port:
        expect(certificate, port)
        for number in range(5):
            expect(certificate, closed_port, f"gone-{number}.example.com")
        operation = run(look_at_endpoints())

    step = operation.steps.get()
    assert operation.state == "succeeded"
    assert step.facts["seen"] == {"expected": 1, "unreachable": 5}
    assert (step.done, step.total) == (6, 6)
    assert Endpoint.objects.exclude(probed_at=None).count() == 6


def test_many_silent_endpoints_take_as_long_as_a_few(monkeypatch):
    """They wait side by side: no more at once than LOOKS_AT_ONCE, and about that many."""
    lock, now_waiting, most = threading.Lock(), 0, 0

    def silent(target, *, timeout):
        nonlocal now_waiting, most
        with lock:
            now_waiting += 1
            most = max(most, now_waiting)
        time.sleep(0.05)
        with lock:
            now_waiting -= 1
        return looking.Sight(failure=looking.ProbeFailed("It is silent.", kind="timeout"))

    monkeypatch.setattr(looking, "look", silent)
    Endpoint.objects.bulk_create(
        Endpoint(address=f"192.0.2.{n % 250}", port=1000 + n, server_name="x") for n in range(100)
    )

    run(look_at_endpoints())

    assert Endpoint.objects.filter(state="unreachable").count() == 100
    assert looking.LOOKS_AT_ONCE // 2 < most <= looking.LOOKS_AT_ONCE


def test_the_list_shows_the_last_looks(client, certificate, closed_port):
    client.force_login(User.objects.create_superuser("ada"))
    endpoint = expect(certificate, closed_port)
    probe(endpoint)

    answer = client.get(reverse("admin:certificates_endpoint_changelist"))

    assert b"0 of 1 looks were well" in answer.content


def test_a_click_looks_at_all_after_asking(client, certificate):
    client.force_login(User.objects.create_superuser("ada"))
    address = reverse("admin:certificates_endpoint_look_at_all")

    assert b"Look at all" in client.get(address).content
    assert not Operation.objects.exists()
    assert client.post(address).url == f"/operations/{Operation.objects.get().uuid}/"


def test_a_displaced_certificate_is_replaced(certificate):
    new = successor(certificate, 300)
    expect(certificate, 443)

    expect(new, 443)

    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.REPLACED
