"""What clients fetch without a login, and nothing more."""

from uuid import uuid4

import pytest

from certificates.authorities import import_authority
from certificates.models import Authority
from certificates.services import issue, revoke
from certificates.signing import to_pem
from tests.certificates.outside import Outside

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.certificates.addresses")]


def test_anybody_may_fetch_the_certificate_of_an_authority(client, authority):
    answer = client.get(f"/certificates/authorities/{authority.uuid}/ca.crt")

    assert answer.content.decode() == authority.certificate_pem
    assert b"PRIVATE" not in answer.content


def test_anybody_may_fetch_the_revocation_list(client, certificate, openssl):
    revoke(certificate)

    answer = client.get(f"/certificates/authorities/{certificate.authority.uuid}/revoked.crl")

    code, said = openssl("crl", "-inform", "DER", "-in", "list.crl", "-noout", "-text",
                         files={"list.crl": answer.content})
    assert code == 0
    assert certificate.serial.upper() in said
    assert answer["Content-Type"] == "application/pkix-crl"
    pem = client.get(f"/certificates/authorities/{certificate.authority.uuid}/revoked.pem")
    assert pem.content.startswith(b"-----BEGIN X509 CRL-----")


def test_a_client_that_has_the_list_is_not_sent_it_again(client, authority):
    address = f"/certificates/authorities/{authority.uuid}/revoked.crl"
    first = client.get(address)

    assert first["Cache-Control"] == "public, max-age=3600"
    for header in ({"If-None-Match": first["ETag"]},
                   {"If-Modified-Since": first["Last-Modified"]}):
        assert client.get(address, headers=header).status_code == 304
    revoke(issue(authority, common_name="a.example.com", names=["a.example.com"]))
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_asking_again_and_again_signs_once(client, authority):
    for _ in range(3):
        client.get(f"/certificates/authorities/{authority.uuid}/revoked.crl")

    assert Authority.objects.get().crl_number == 1


def test_an_authority_without_key_has_no_list_here(client):
    authority = import_authority("Corp", to_pem(Outside().root.certificate))

    assert client.get(f"/certificates/authorities/{authority.uuid}/revoked.crl").status_code == 404


def test_an_unknown_authority_is_not_found(client):
    assert client.get(f"/certificates/authorities/{uuid4()}/ca.crt").status_code == 404


def test_nothing_can_be_written(client, authority):
    assert client.post(f"/certificates/authorities/{authority.uuid}/ca.crt").status_code == 405
