"""What openssl makes is read: keys, certificates, bundles and requests of every kind it has."""

from base64 import b64decode, encodebytes

import pytest

from certificates.authorities import import_authority
from certificates.problems import Refused
from certificates.services import ensure_console_authority, issue, sign_team_request
from certificates.team_requests import read_team_request
from certificates.uploads import read_upload, record_upload

pytestmark = pytest.mark.django_db
NAME = "made.corp.example"
KINDS = {
    "rsa-2048": ("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "rsa-4096": ("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"),
    "ecdsa-p256": ("ecparam", "-name", "prime256v1", "-genkey"),  # with EC PARAMETERS before it
    "ecdsa-p384": ("ecparam", "-name", "secp384r1", "-genkey", "-noout"),
}


@pytest.fixture
def made(openssl, tmp_path, request):
    """A root and a leaf, both by openssl, with a key of the kind that the test names."""
    key = KINDS[getattr(request, "param", "ecdsa-p256")]

    def run(*arguments, files=None):
        code, said = openssl(*arguments, files=files)
        assert code == 0, said

    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out",
        "root.pem", "-days", "300", "-subj", "/CN=Made root")
    run(*key, "-out", "leaf.key")
    run("req", "-new", "-key", "leaf.key", "-out", "leaf.csr", "-subj",
        f"/C=DE/O=Corp/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:192.0.2.9")
    run("x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key",
        "-CAcreateserial", "-days", "90", "-copy_extensions", "copy", "-out", "leaf.pem")
    return lambda name: (tmp_path / name).read_bytes()


def kept(**given):
    row = record_upload(read_upload(**given), names=[NAME, "192.0.2.9"])
    assert row.common_name == NAME
    assert row.has_key
    return row


@pytest.mark.parametrize("made", KINDS, indirect=True, ids=str)
def test_every_kind_of_key(made):
    kept(certificate_pem=made("leaf.pem").decode(), chain_pem=made("root.pem").decode(),
         key_pem=made("leaf.key").decode())


@pytest.mark.parametrize("form", [
    ("pkcs8", "-topk8", "-nocrypt"), ("pkcs8", "-topk8"),
    ("pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"), ("pkcs8", "-topk8", "-scrypt"),
    ("ec", "-aes256"), ("ec", "-des3"),
], ids=" ".join)
def test_every_form_of_a_key(made, openssl, form):
    password = ("-passout", "pass:open sesame")
    code, said = openssl(*form, "-in", "leaf.key", "-out", "other.key", *password)
    assert code == 0, said

    kept(certificate_pem=made("leaf.pem").decode(), chain_pem=made("root.pem").decode(),
         key_pem=made("other.key").decode(), password="open sesame")


@pytest.mark.parametrize("options", [
    (), ("-legacy",), ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
    ("-macalg", "sha512", "-iter", "100000"), ("-nomac",),
], ids=lambda options: " ".join(options) or "default")
def test_every_form_of_pkcs12(made, openssl, options):
    code, said = openssl("pkcs12", "-export", *options, "-in", "leaf.pem", "-inkey", "leaf.key",
                         "-certfile", "root.pem", "-out", "made.p12",
                         "-passout", "pass:open sesame")
    assert code == 0, said

    kept(file=made("made.p12"), password="open sesame")


# openssl itself writes bundles in an order that the strict reader only warns of.
@pytest.mark.filterwarnings("ignore:PKCS#7 certificates could not be parsed as DER:UserWarning")
@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_a_bundle_and_the_key(made, openssl, form):
    code, said = openssl("crl2pkcs7", "-nocrl", "-certfile", "root.pem", "-certfile", "leaf.pem",
                         "-outform", form, "-out", "made.p7b")
    assert code == 0, said

    kept(file=made("made.p7b"), key_pem=made("leaf.key").decode())


def test_binary_certificate_and_the_chain_as_text(made, openssl):
    openssl("x509", "-in", "leaf.pem", "-outform", "DER", "-out", "leaf.cer")

    kept(file=made("leaf.cer"), chain_pem=made("root.pem").decode(),
         key_pem=made("leaf.key").decode())


@pytest.mark.parametrize("edit", [
    lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\n", "\r"),
    lambda text: "\n".join(f"  {line}\t" for line in text.splitlines()),
    lambda text: f"Bag Attributes\n    friendlyName: ä 证书\n{text}",
], ids=["windows", "old mac", "indented", "with attributes"])
def test_text_that_went_through_other_programs(made, edit):
    kept(certificate_pem=edit((made("root.pem") + made("leaf.pem")).decode()),
         key_pem=edit(made("leaf.key").decode()))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_one_file_with_everything_from_a_windows_editor(made, encoding):
    text = b"".join(made(name) for name in ("leaf.key", "root.pem", "leaf.pem")).decode()

    kept(file=text.replace("\n", "\r\n").encode(encoding))


def test_an_authority_with_its_key_signs(made, openssl):
    authority = import_authority("Made", made("root.pem").decode(),
                                 key_pem=made("root.key").decode())

    row = issue(authority, common_name="x.corp.example", names=["x.corp.example"])

    code, said = openssl("verify", "-CAfile", "root.pem", "signed.pem",
                         files={"signed.pem": row.certificate_pem})
    assert code == 0, said


def test_a_request_is_signed_with_its_names_and_subject(made, openssl):
    row = sign_team_request(ensure_console_authority(), made("leaf.csr").decode())

    _, said = openssl("x509", "-in", "signed.pem", "-noout", "-subject", "-pubkey",
                      files={"signed.pem": row.certificate_pem})
    _, key = openssl("pkey", "-in", "leaf.key", "-pubout")
    assert row.sans == [NAME, "192.0.2.9"]
    assert f"subject=C = DE, O = Corp, CN = {NAME}" in said
    assert key in said
    assert not row.has_key


def test_a_request_that_asks_for_more_gets_no_more(made, openssl):
    code, said = openssl(
        "req", "-new", "-key", "leaf.key", "-subj", f"/CN={NAME}", "-out", "more.csr",
        "-addext", f"subjectAltName=DNS:{NAME}", "-addext", "basicConstraints=critical,CA:TRUE",
        "-addext", "keyUsage=keyCertSign", "-addext", "extendedKeyUsage=clientAuth",
    )
    assert code == 0, said

    row = sign_team_request(ensure_console_authority(), made("more.csr").decode())

    _, said = openssl("x509", "-in", "signed.pem", "-noout", "-text",
                      files={"signed.pem": row.certificate_pem})
    assert "CA:FALSE" in said
    assert "TLS Web Server Authentication" in said
    for asked in ("CA:TRUE", "Certificate Sign", "TLS Web Client"):
        assert asked not in said


def test_an_old_request_without_names_gets_its_common_name(made, openssl):
    openssl("req", "-new", "-key", "leaf.key", "-subj", f"/CN={NAME}", "-out", "old.csr")

    assert read_team_request(made("old.csr").decode()).names == [NAME]


@pytest.mark.parametrize(("subject", "names", "reason"), [
    ("/CN=bad_name", "DNS:bad_name", "“bad_name” is not a DNS name."),
    ("/CN=x", "DNS:x.example,email:a@b.example", "kind RFC822Name"),
    ("/O=Corp", "URI:https://x.example", "A common name is needed."),
])
def test_a_request_for_what_is_not_signed(made, openssl, subject, names, reason):
    openssl("req", "-new", "-key", "leaf.key", "-subj", subject, "-out", "bad.csr",
            "-addext", f"subjectAltName={names}")

    with pytest.raises(Refused) as refused:
        sign_team_request(ensure_console_authority(), made("bad.csr").decode())

    assert reason in refused.value.message


def test_a_client_request_does_not_open_the_engines(made):
    with pytest.raises(Refused, match="they open every Docker engine"):
        sign_team_request(ensure_console_authority(), made("leaf.csr").decode(), usage="client")


@pytest.mark.parametrize("text", ["", "nonsense", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"
                                  "-----END CERTIFICATE REQUEST-----"])
def test_a_broken_request(text):
    with pytest.raises(Refused, match="request"):
        sign_team_request(ensure_console_authority(), text)


def test_a_request_signed_by_another_key(made, openssl):
    der = bytearray(b64decode(
        "".join(made("leaf.csr").decode().splitlines()[1:-1])))
    der[-1] ^= 1
    changed = encodebytes(bytes(der)).decode()

    with pytest.raises(Refused, match="not signed by the key that it names"):
        sign_team_request(
            ensure_console_authority(),
            f"-----BEGIN CERTIFICATE REQUEST-----\n{changed}-----END CERTIFICATE REQUEST-----\n",
        )
