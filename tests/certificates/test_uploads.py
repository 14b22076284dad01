"""Certificates signed elsewhere: taken in whole, or refused with every reason at once."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from certificates.authorities import import_authority
from certificates.keys import key_to_pem, new_key
from certificates.models import Authority, Certificate
from certificates.services import issue, trust_bundle
from certificates.signing import to_pem
from certificates.uploads import Refused, read_upload, record_upload
from lib.errors import ServiceError
from tests.certificates.outside import NOW, Outside

pytestmark = pytest.mark.django_db

@pytest.fixture
def outside():
    return Outside()


def refusal(names=("reg.corp.example",), **given):
    with pytest.raises(Refused) as refused:
        record_upload(read_upload(**given), names=names)
    assert not Certificate.objects.filter(common_name="reg.corp.example").exists()
    return refused.value.problems


def test_takes_a_whole_chain_and_openssl_accepts_it(outside, openssl):
    row = record_upload(read_upload(**outside.texts()), names=["reg.corp.example"])

    code, said = openssl(
        "verify", "-CAfile", "root.pem", "-untrusted", "chain.pem", "leaf.pem",
        files={"root.pem": trust_bundle(row), "chain.pem": row.chain_pem,
               "leaf.pem": row.certificate_pem},
    )
    assert code == 0, said
    assert trust_bundle(row) == to_pem(outside.root.certificate)
    assert row.sans == ["reg.corp.example"]


def test_puts_a_chain_in_order(outside):
    texts = outside.texts(None, outside.root.certificate, outside.middle.certificate)

    row = record_upload(read_upload(**texts))

    assert row.chain_pem == to_pem(outside.middle.certificate) + to_pem(outside.root.certificate)


def test_an_imported_authority_completes_the_chain(outside):
    import_authority("Corp", to_pem(outside.root.certificate))

    row = record_upload(read_upload(**outside.texts(None, outside.middle.certificate)))

    assert trust_bundle(row) == to_pem(outside.root.certificate)


def test_a_leaf_alone_is_enough_when_its_issuer_is_known(outside):
    root = import_authority("Corp", to_pem(outside.root.certificate))
    middle = import_authority("Corp issuing", to_pem(outside.middle.certificate))
    texts = outside.texts() | {"chain_pem": ""}

    row = record_upload(read_upload(**texts))

    assert (row.authority, middle.parent) == (middle, root)
    assert row.chain_pem == to_pem(outside.middle.certificate)
    assert trust_bundle(row) == to_pem(outside.root.certificate)


def test_takes_a_pkcs12_file(outside):
    content = pkcs12.serialize_key_and_certificates(
        b"reg", outside.key, outside.leaf,
        [outside.root.certificate, outside.middle.certificate], BestAvailableEncryption(b"open"),
    )

    row = record_upload(read_upload(file=content, password="open"))

    assert row.chain_pem.startswith(to_pem(outside.middle.certificate))
    with pytest.raises(Refused, match="cannot be opened with this password"):
        read_upload(file=content, password="wrong")


def test_takes_a_key_with_a_password(outside):
    locked = outside.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open")
    ).decode()
    texts = outside.texts() | {"key_pem": locked}

    assert record_upload(read_upload(**texts, password="open")).key_pem == key_to_pem(outside.key)
    with pytest.raises(Refused, match="protected by a password"):
        read_upload(**texts)
    with pytest.raises(Refused, match="cannot be opened with this password"):
        read_upload(**texts, password="wrong")


def test_every_reason_is_given_at_once(outside):
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  (the point)
    leaf = outside.sign(key=weak, names=["other.example"], usage="client",
                        now=NOW - timedelta(days=200))

    problems = refusal(**outside.texts(leaf))

    said = " ".join(problems)
    for part in ("ended on", "1024 bits", "belongs to another certificate",
                 "not valid for reg.corp.example (it is for other.example)", "no serverAuth"):
        assert part in said, part
    assert len(problems) == 5


def test_both_unreadable_texts_are_named(outside):
    problems = refusal(certificate_pem="nonsense", key_pem="nonsense")

    assert len(problems) == 2


def test_not_valid_yet(outside):
    assert "is not valid before" in refusal(
        **outside.texts(outside.sign(now=NOW + timedelta(days=2)))
    )[0]


def test_no_alternative_name(outside):
    assert "no subject alternative name" in refusal(**outside.texts(outside.sign(names=[])))[0]


def test_an_authority_is_no_server_certificate(outside):
    texts = {"certificate_pem": to_pem(outside.middle.certificate),
             "key_pem": key_to_pem(outside.middle.key),
             "chain_pem": to_pem(outside.root.certificate)}

    assert "It is an authority, not a server certificate." in refusal(**texts)


def test_a_missing_key(outside):
    assert refusal(**outside.texts() | {"key_pem": ""}) == ["The private key is missing."]


def test_an_unknown_end_of_the_chain(outside):
    problems = refusal(**outside.texts(None, outside.middle.certificate))

    assert "whose issuer CN=Corp root is not known here" in problems[0]


def test_a_stranger_in_the_chain(outside):
    stranger = Outside().root.certificate
    problems = refusal(**outside.texts(None, outside.middle.certificate, stranger,
                                       outside.root.certificate))

    assert problems == ["“Corp root” does not belong to its chain."]


def test_a_self_signed_certificate():
    key = new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "reg.corp.example")])
    signed = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("reg.corp.example")]), False)
        .sign(key, hashes.SHA256())
    )

    problems = refusal(certificate_pem=to_pem(signed), key_pem=key_to_pem(key))

    assert problems == ["It is self-signed: clients have no authority to trust."]


def test_the_same_certificate_twice(outside):
    first = record_upload(read_upload(**outside.texts()))

    with pytest.raises(Refused, match="here already"):
        record_upload(read_upload(**outside.texts()))
    assert Certificate.objects.get() == first


def test_imports_an_authority_with_its_key_and_signs_with_it(outside, openssl):
    pem = to_pem(outside.middle.certificate) + to_pem(outside.root.certificate)
    authority = import_authority("Corp issuing", pem, key_pem=key_to_pem(outside.middle.key))

    row = issue(authority, common_name="x.corp.example", names=["x.corp.example"])

    assert authority.kind == Authority.Kind.IMPORTED
    assert row.full_chain_pem.count("BEGIN CERTIFICATE") == 2
    code, said = openssl(
        "verify", "-CAfile", "root.pem", "-untrusted", "chain.pem", "leaf.pem",
        files={"root.pem": trust_bundle(row), "chain.pem": row.chain_pem,
               "leaf.pem": row.certificate_pem},
    )
    assert code == 0, said


def test_an_outside_authority_cannot_sign(outside):
    authority = import_authority("Corp", to_pem(outside.root.certificate))

    assert authority.kind == Authority.Kind.OUTSIDE
    with pytest.raises(ServiceError, match="private key of the authority “Corp” is not here"):
        issue(authority, common_name="x", names=["x"])


def test_an_authority_is_refused_with_every_reason(outside):
    with pytest.raises(ServiceError) as refused:
        import_authority("Wrong", to_pem(outside.leaf), key_pem=key_to_pem(new_key()))

    for part in ("not an authority", "belongs to another certificate", "issuer is not known"):
        assert part in refused.value.message


def test_an_authority_is_known_once(outside):
    import_authority("Corp", to_pem(outside.root.certificate))

    with pytest.raises(ServiceError, match="known already as “Corp”"):
        import_authority("Corp again", to_pem(outside.root.certificate))
