"""Probes see what a server really serves, and say why clients would refuse it."""

import pytest

from certificates.models import Endpoint
from certificates.probes import ProbeFailed, check_trust, served_certificate
from certificates.services import (
    ensure_certificate,
    issue,
    make_authority,
    probe,
    register_endpoint,
    trust_bundle,
)

pytestmark = pytest.mark.django_db


def expect(certificate, port, server_name="reg.example.com"):
    return register_endpoint(address="127.0.0.1", port=port, server_name=server_name,
                             expected=certificate)


def test_sees_the_whole_served_chain(authority, serve):
    middle = make_authority("Middle", parent=authority)
    leaf = issue(middle, common_name="reg.example.com", names=["reg.example.com"])

    with serve(leaf.full_chain_pem, leaf.key_pem) as port:
        served = served_certificate("127.0.0.1", port, "reg.example.com")

    assert len(served.chain) == 2
    assert served.facts.fingerprint == leaf.fingerprint
    assert served.protocol == "TLSv1.3"


def test_records_an_endpoint_that_serves_what_is_expected(certificate, serve):
    with serve(certificate.full_chain_pem, certificate.key_pem) as port:
        endpoint = expect(certificate, port)
        probe(endpoint)

    endpoint.refresh_from_db()
    assert endpoint.state == Endpoint.State.EXPECTED
    assert endpoint.problem == ""
    assert endpoint.served_until == certificate.not_after
    assert endpoint.protocol == "TLSv1.3"


def test_names_the_certificate_served_instead(authority, certificate, serve):
    new = ensure_certificate(authority=authority, fqdn="new.example.com")

    with serve(certificate.full_chain_pem, certificate.key_pem) as port:
        endpoint = expect(new, port)
        probe(endpoint)

    assert endpoint.state == Endpoint.State.OTHER
    assert "new.example.com" in endpoint.problem
    assert "“reg.example.com”" in endpoint.problem


def test_a_wrong_name_is_what_clients_refuse(certificate, serve):
    with serve(certificate.full_chain_pem, certificate.key_pem) as port:
        endpoint = expect(certificate, port, server_name="other.example.com")
        probe(endpoint)

    assert endpoint.state == Endpoint.State.WRONG_NAME
    assert "other.example.com" in endpoint.problem


def test_a_missing_intermediate_is_what_clients_refuse(authority, serve):
    middle = make_authority("Middle", parent=authority)
    leaf = issue(middle, common_name="reg.example.com", names=["reg.example.com"])

    with serve(leaf.certificate_pem, leaf.key_pem) as port:
        endpoint = expect(leaf, port)
        probe(endpoint)

    assert endpoint.state == Endpoint.State.INCOMPLETE
    assert "unable to get local issuer certificate" in endpoint.problem


def test_trust_by_address_works(certificate, serve):
    with serve(certificate.full_chain_pem, certificate.key_pem) as port:
        protocol = check_trust("127.0.0.1", port, "127.0.0.1",
                               trusted_pem=trust_bundle(certificate))

    assert protocol == "TLSv1.3"


def test_without_the_authority_it_is_not_trusted(certificate, serve):
    with (
        serve(certificate.full_chain_pem, certificate.key_pem) as port,
        pytest.raises(ProbeFailed) as refused,
    ):
        check_trust("127.0.0.1", port, "reg.example.com")

    assert refused.value.kind == "untrusted"


def test_a_closed_port_is_unreachable(certificate, closed_port):
    endpoint = expect(certificate, closed_port)

    assert probe(endpoint) is None
    assert endpoint.state == Endpoint.State.UNREACHABLE
    assert "refuses the connection" in endpoint.problem
    assert endpoint.last_seen_at is None


def test_a_port_without_tls_says_so(plain_port):
    with pytest.raises(ProbeFailed, match="speaks no TLS") as failed:
        served_certificate("127.0.0.1", plain_port, "reg.example.com")

    assert failed.value.kind == "tls"


def test_a_name_that_does_not_resolve_says_so():
    with pytest.raises(ProbeFailed, match="does not resolve") as failed:
        served_certificate("nowhere.invalid", 443, "nowhere.invalid")

    assert failed.value.kind == "dns"
