"""Issuing: the right names, every refusal at once, nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from certificates.models import Authority, Certificate
from certificates.services import (
    ensure_certificate,
    ensure_console_authority,
    issue,
    make_authority,
    register_endpoint,
    revocation_list,
    revoke,
    trust_bundle,
)
from lib.errors import ServiceError

pytestmark = pytest.mark.django_db


def test_the_console_authority_is_made_once():
    first = ensure_console_authority()

    assert ensure_console_authority() == first
    assert Authority.objects.count() == 1
    assert first.key_type == "ecdsa-p256"
    assert first.days_left == 3649


def test_issues_a_certificate_openssl_accepts(authority, openssl):
    certificate = issue(authority, common_name="reg.example.com", names=["Reg.Example.com"],
                        addresses=["192.0.2.7"])

    code, said = openssl(
        "verify", "-x509_strict", "-CAfile", "root.pem", "-verify_hostname", "reg.example.com",
        "leaf.pem", files={"root.pem": trust_bundle(certificate),
                           "leaf.pem": certificate.full_chain_pem},
    )

    assert code == 0, said
    assert certificate.sans == ["reg.example.com", "192.0.2.7"]
    assert certificate.days_left == 396
    assert certificate.is_usable


def test_the_key_belongs_to_the_certificate(certificate, openssl):
    files = {"leaf.pem": certificate.certificate_pem, "key.pem": certificate.key_pem}

    _, from_certificate = openssl("x509", "-in", "leaf.pem", "-noout", "-pubkey", files=files)
    _, from_key = openssl("pkey", "-in", "key.pem", "-pubout")

    assert from_certificate == from_key


def test_a_bootstrap_certificate_lives_48_hours(authority):
    certificate = issue(authority, common_name="reg-01", names=["reg-01"], days=2)

    assert timedelta(hours=47) < certificate.not_after - timezone.now() <= timedelta(hours=48)


def test_a_client_certificate_needs_no_name(authority):
    certificate = issue(authority, common_name="Slipway console", usage="client")

    assert certificate.usage == "client"
    assert certificate.sans == []


def test_every_reason_is_given_at_once_and_nothing_is_made(authority):
    with pytest.raises(ServiceError) as refused:
        issue(authority, common_name=" ", names=["bad_name", "a..b"], addresses=["300.1.1.1"],
              usage="both", days=0)

    for part in ("bad_name", "a..b", "300.1.1.1", "common name", "both", "lifetime"):
        assert part in refused.value.message
    assert not Certificate.objects.exists()


def test_a_server_without_a_name_is_refused(authority):
    with pytest.raises(ServiceError, match="at least one name or address"):
        issue(authority, common_name="nobody")


def test_an_intermediate_sends_its_chain(authority, openssl):
    middle = make_authority("Registry authority", parent=authority)
    certificate = issue(middle, common_name="reg.example.com", names=["reg.example.com"])

    assert certificate.full_chain_pem.count("BEGIN CERTIFICATE") == 2
    assert trust_bundle(certificate) == authority.certificate_pem
    code, said = openssl(
        "verify", "-CAfile", "root.pem", "-untrusted", "chain.pem", "leaf.pem",
        files={"root.pem": trust_bundle(certificate), "chain.pem": certificate.chain_pem,
               "leaf.pem": certificate.certificate_pem},
    )
    assert code == 0, said


def test_an_intermediate_cannot_sign_an_authority(authority):
    middle = make_authority("Middle", parent=authority)

    with pytest.raises(ServiceError, match="may not sign an authority"):
        make_authority("Lower", parent=middle)


def test_the_same_question_gives_the_same_certificate(authority):
    asked = {"authority": authority, "fqdn": "reg.example.com", "addresses": ["192.0.2.7"]}

    first = ensure_certificate(**asked)

    assert ensure_certificate(**asked) == first
    assert Certificate.objects.count() == 1


def test_another_address_gives_another_certificate(authority):
    first = ensure_certificate(authority=authority, fqdn="reg.example.com")

    second = ensure_certificate(authority=authority, fqdn="reg.example.com",
                                addresses=["192.0.2.7"])

    assert second != first
    assert second.sans == ["reg.example.com", "192.0.2.7"]


@pytest.mark.parametrize("change", ["revoked", "replaced", "old", "keyless"])
def test_a_certificate_that_is_no_good_is_not_handed_out(authority, change):
    first = ensure_certificate(authority=authority, fqdn="reg.example.com")
    if change == "revoked":
        revoke(first)
    elif change == "replaced":
        Certificate.objects.update(state=Certificate.State.REPLACED)
    elif change == "old":
        Certificate.objects.update(renew_at=timezone.now())
    else:
        first.key_pem = ""
        first.save()

    assert ensure_certificate(authority=authority, fqdn="reg.example.com") != first


def test_a_revoked_certificate_is_on_the_list(certificate, openssl):
    revoke(certificate, Certificate.Reason.KEY_COMPROMISE)

    _, said = openssl("crl", "-in", "list.pem", "-noout", "-text",
                      files={"list.pem": revocation_list(certificate.authority)})

    assert certificate.serial.upper() in said
    assert "Key Compromise" in said
    assert certificate.state == Certificate.State.REVOKED


def test_revoking_twice_keeps_the_first_date_and_reason(certificate):
    first = revoke(certificate, "superseded").revoked_at

    again = revoke(certificate, "keyCompromise")

    assert again.revoked_at == first
    assert again.reason == "superseded"


def test_a_revocation_list_is_kept_until_half_its_time(authority):
    first = revocation_list(authority)

    assert revocation_list(authority) == first
    authority.crl_made_at -= timedelta(days=4)
    authority.save()
    assert revocation_list(authority) != first
    assert authority.crl_number == 2


def test_an_outside_certificate_cannot_be_revoked_here(certificate):
    certificate.authority = None
    certificate.save()

    with pytest.raises(ServiceError, match="issued outside"):
        revoke(certificate)


def test_an_endpoint_is_registered_once_and_displaces_the_old_certificate(authority):
    owner = Group.objects.create(name="platform")
    where = {"address": "192.0.2.7", "port": 443, "server_name": "reg.example.com"}
    first = issue(authority, common_name="a", names=["a"])
    second = issue(authority, common_name="b", names=["b"])

    register_endpoint(**where, expected=first, owner=owner, breaks="All pulls", subject=owner)
    endpoint = register_endpoint(**where, expected=second, owner=owner, subject=owner)

    first.refresh_from_db()
    assert first.state == Certificate.State.REPLACED
    assert endpoint.subject == owner
    assert endpoint.expected == second


def test_a_certificate_expected_elsewhere_is_not_replaced(authority):
    wildcard = issue(authority, common_name="*.example.com", names=["*.example.com"])
    other = issue(authority, common_name="b", names=["b"])
    for name in ("one.example.com", "two.example.com"):
        register_endpoint(address=name, port=443, server_name=name, expected=wildcard)

    register_endpoint(address="one.example.com", port=443, server_name="one.example.com",
                      expected=other)

    wildcard.refresh_from_db()
    assert wildcard.state == Certificate.State.VALID


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_get_the_same_console_authority():
    together = Barrier(2)

    def ensure(_):
        try:
            together.wait(10)
            return ensure_console_authority().pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(ensure, range(2))

    assert first == second
    assert Authority.objects.count() == 1
