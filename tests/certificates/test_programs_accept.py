"""openssl and curl take what we make: chain, revocation list, PKCS#12, requests."""

import subprocess

import pytest
from django.contrib.auth.models import User

from certificates.exporting import LOCKED_PEM, PKCS12, PLAIN_PEM
from certificates.services import (
    answer,
    export_key,
    issue,
    make_authority,
    request_signature,
    revocation_list,
    revoke,
    trust_bundle,
)
from certificates.subjects import Subject

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse"
REASON = "For the test of the programs"
KEYS = ("rsa-4096", "ecdsa-p256", "ecdsa-p384")


@pytest.fixture
def ada():
    return User.objects.create_superuser("ada")


@pytest.fixture
def curl(tmp_path):
    """`curl(port, ...)`: exit code and output; the server is asked by its name."""

    def _curl(port, *arguments, files=None):
        for name, text in (files or {}).items():
            (tmp_path / name).write_text(text)
        done = subprocess.run(
            ["curl", "-sS", "--noproxy", "*", "--max-time", "20", "--resolve",
             f"reg.example.com:{port}:127.0.0.1", f"https://reg.example.com:{port}/", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return _curl


# What curl says when the handshake was good and our server then closed without an answer.
EMPTY = 52
REFUSED = 60


@pytest.mark.parametrize("key_type", KEYS)
def test_curl_trusts_a_server_below_an_intermediate(key_type, curl, serve):
    middle = make_authority("Middle", parent=make_authority("Root", key_type=key_type),
                            key_type=key_type)
    row = issue(middle, common_name="reg.example.com", names=["*.example.com"], key_type=key_type)

    with serve(row.full_chain_pem, row.key_pem) as port:
        code, said = curl(port, "--cacert", "ca.pem", files={"ca.pem": trust_bundle(row)})
        stranger, _ = curl(port, "--cacert", "other.pem", files={
            "other.pem": make_authority("Other").certificate_pem})

    assert code == EMPTY, said
    assert stranger == REFUSED


def test_curl_refuses_what_the_list_names(curl, serve, authority):
    good, bad = (issue(authority, common_name="reg.example.com", names=["reg.example.com"])
                 for _ in range(2))
    revoke(bad, "keyCompromise")
    files = {"ca.pem": authority.certificate_pem, "revoked.pem": revocation_list(authority)}
    told = ("--cacert", "ca.pem", "--crlfile", "revoked.pem")

    for row, expected in ((good, EMPTY), (bad, REFUSED)):
        with serve(row.full_chain_pem, row.key_pem) as port:
            code, said = curl(port, *told, files=files)
        assert code == expected, said
    assert "revoked" in said


@pytest.mark.parametrize("key_type", KEYS)
def test_openssl_opens_our_pkcs12(key_type, openssl, ada, authority, tmp_path):
    middle = make_authority("Middle", parent=authority)
    row = issue(middle, common_name="reg.example.com", names=["reg.example.com"],
                key_type=key_type)
    (tmp_path / "reg.p12").write_bytes(
        export_key(row, form=PKCS12, password=PASSWORD, by=ada, reason=REASON)
    )

    code, said = openssl("pkcs12", "-in", "reg.p12", "-passin", f"pass:{PASSWORD}", "-nodes")

    assert code == 0, said
    assert said.count("BEGIN CERTIFICATE") == 2
    assert "BEGIN PRIVATE KEY" in said
    assert openssl("pkcs12", "-in", "reg.p12", "-passin", "pass:wrong", "-nodes")[0] != 0


def test_openssl_opens_our_locked_key(openssl, ada, certificate):
    content = export_key(certificate, form=LOCKED_PEM, password=PASSWORD, by=ada, reason=REASON)

    code, said = openssl("pkey", "-in", "key.pem", "-passin", f"pass:{PASSWORD}", "-noout",
                         files={"key.pem": content})

    assert code == 0, said
    assert openssl("pkey", "-in", "key.pem", "-passin", "pass:wrong", "-noout")[0] != 0
    plain = export_key(certificate, form=PLAIN_PEM, password="", by=ada, reason=REASON)
    assert openssl("pkey", "-in", "plain.pem", "-noout", files={"plain.pem": plain})[0] == 0


def test_openssl_reads_the_subject_and_where_the_list_is(openssl, settings, authority):
    settings.CONSOLE_URL = "https://console.example.com"
    row = issue(authority, common_name="reg.example.com", names=["reg.example.com"],
                subject=Subject(country="de", state="Hessen", locality="Kassel", unit="Platform",
                                organisation="Müller & Söhne", email="pki@example.com"))

    code, said = openssl("x509", "-in", "leaf.pem", "-noout", "-text", "-nameopt", "utf8",
                         files={"leaf.pem": row.certificate_pem})

    assert code == 0
    for part in ("C=DE", "ST=Hessen", "L=Kassel", "O=Müller & Söhne", "OU=Platform",
                 "emailAddress=pki@example.com",
                 f"URI:https://console.example.com/certificates/authorities/{authority.uuid}/"
                 "revoked.crl"):
        assert part in said


def test_no_list_is_named_while_the_console_has_no_address(openssl, authority):
    row = issue(authority, common_name="reg.example.com", names=["reg.example.com"])

    _, said = openssl("x509", "-in", "leaf.pem", "-noout", "-text",
                      files={"leaf.pem": row.certificate_pem})

    assert "CRL Distribution" not in said


@pytest.mark.parametrize("key_type", KEYS)
def test_openssl_signs_our_request_and_the_answer_is_taken(key_type, openssl, tmp_path):
    row = request_signature("reg.example.com", names=["reg.example.com"],
                            addresses=["192.0.2.9"], key_type=key_type)
    _sign(openssl, row.request_pem)

    made = answer(row, file=(tmp_path / "answer.pem").read_bytes(),
                  chain_pem=(tmp_path / "corp.pem").read_text())

    assert made.sans == ["reg.example.com", "192.0.2.9"]
    assert made.has_key
    assert not type(row).objects.exists()


def test_openssl_signs_our_authority_and_it_signs_then(openssl, tmp_path):
    row = request_signature("Registry authority", purpose="authority")
    _sign(openssl, row.request_pem)

    made = answer(row, certificate_pem=(tmp_path / "answer.pem").read_text(),
                  chain_pem=(tmp_path / "corp.pem").read_text())

    leaf = issue(made, common_name="reg.example.com", names=["reg.example.com"])
    code, said = openssl("verify", "-CAfile", "corp.pem", "-untrusted", "chain.pem", "leaf.pem",
                         files={"chain.pem": leaf.chain_pem, "leaf.pem": leaf.certificate_pem})
    assert code == 0, said
    assert made.kind == "signed"


def _sign(openssl, request_pem):
    """Corp's own openssl signs the request as it is."""
    code, said = openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "corp.key",
                         "-out", "corp.pem", "-days", "300", "-subj", "/CN=Corp")
    assert code == 0, said
    code, said = openssl("x509", "-req", "-in", "our.csr", "-CA", "corp.pem", "-CAkey", "corp.key",
                         "-CAcreateserial", "-days", "90", "-copy_extensions", "copy",
                         "-out", "answer.pem", files={"our.csr": request_pem})
    assert code == 0, said
