"""What we sign is what openssl accepts."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from certificates.keys import KEY_TYPES, key_to_pem, new_key
from certificates.reading import covers, facts_of
from certificates.signing import Signer, sign_authority, sign_leaf, to_pem
from certificates.signing_lists import Revoked, sign_revocation_list

NOW = datetime.now(UTC).replace(microsecond=0)


def make_root(key_type="ecdsa-p256", days=3650):
    key = new_key(key_type)
    return Signer(certificate=sign_authority("Test root", key, now=NOW, days=days), key=key)


def make_leaf(signer, **changes):
    values = {"names": ["reg.example.com"], "addresses": ["192.0.2.7", "2001:db8::7"],
              "usage": "server", "now": NOW, "days": 2}
    key = changes.pop("key", None) or new_key()
    common_name = changes.pop("common_name", "reg.example.com")
    return sign_leaf(common_name, key, signer=signer, **values | changes)


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_openssl_accepts_a_leaf_under_every_kind_of_key(openssl, key_type):
    root = make_root(key_type)
    leaf = make_leaf(root, key=new_key(key_type))

    code, said = openssl(
        "verify", "-x509_strict", "-CAfile", "root.pem", "-purpose", "sslserver",
        "-verify_hostname", "reg.example.com", "leaf.pem",
        files={"root.pem": to_pem(root.certificate), "leaf.pem": to_pem(leaf)},
    )

    assert code == 0, said


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_openssl_finds_the_addresses(openssl, address):
    root = make_root()

    code, said = openssl(
        "verify", "-x509_strict", "-CAfile", "root.pem", "-verify_ip", address, "leaf.pem",
        files={"root.pem": to_pem(root.certificate), "leaf.pem": to_pem(make_leaf(root))},
    )

    assert code == 0, said


def test_openssl_accepts_a_chain_with_an_intermediate(openssl):
    root, key = make_root(), new_key()
    middle = sign_authority("Middle", key, now=NOW, days=100, signer=root)
    leaf = make_leaf(Signer(certificate=middle, key=key))

    code, said = openssl(
        "verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "middle.pem", "leaf.pem",
        files={"root.pem": to_pem(root.certificate), "middle.pem": to_pem(middle),
               "leaf.pem": to_pem(leaf)},
    )

    assert code == 0, said


def test_an_intermediate_may_not_sign_another(openssl):
    key = new_key()
    middle = sign_authority("Middle", key, now=NOW, days=100, signer=make_root())

    with pytest.raises(ValueError, match="no other authority"):
        sign_authority("Lower", new_key(), now=NOW, days=10,
                       signer=Signer(certificate=middle, key=key))


def test_a_client_certificate_is_no_server_certificate(openssl):
    root = make_root()
    leaf = make_leaf(root, usage="client", names=[], addresses=[], common_name="console")
    files = {"root.pem": to_pem(root.certificate), "leaf.pem": to_pem(leaf)}
    verify = ("verify", "-CAfile", "root.pem", "-purpose")

    assert openssl(*verify, "sslclient", "leaf.pem", files=files)[0] == 0
    assert openssl(*verify, "sslserver", "leaf.pem")[0] != 0


def test_a_leaf_ends_no_later_than_its_signer():
    root = make_root(days=10)

    leaf = make_leaf(root, days=397)

    assert leaf.not_valid_after_utc == root.certificate.not_valid_after_utc


def test_a_leaf_is_valid_a_little_before_now():
    leaf = make_leaf(make_root())

    assert leaf.not_valid_before_utc == NOW - timedelta(minutes=5)
    assert leaf.not_valid_after_utc == NOW + timedelta(hours=48)


def test_a_name_longer_than_a_common_name_may_be_still_works(openssl):
    root, name = make_root(), "a" * 60 + ".registry.example.com"
    leaf = make_leaf(root, common_name=name, names=[name], addresses=[])

    code, said = openssl(
        "verify", "-x509_strict", "-CAfile", "root.pem", "-verify_hostname", name, "leaf.pem",
        files={"root.pem": to_pem(root.certificate), "leaf.pem": to_pem(leaf)},
    )

    assert code == 0, said
    assert facts_of(leaf).common_name == name


def test_openssl_refuses_a_revoked_leaf_and_accepts_its_sister(openssl):
    root = make_root()
    revoked, sister = make_leaf(root), make_leaf(root)
    crl = sign_revocation_list(
        root, [Revoked(serial=f"{revoked.serial_number:x}", at=NOW, reason="keyCompromise")],
        number=1, now=NOW, days=7,
    )
    files = {"root.pem": to_pem(root.certificate) + crl, "revoked.pem": to_pem(revoked),
             "sister.pem": to_pem(sister)}

    code, said = openssl("verify", "-crl_check", "-CAfile", "root.pem", "revoked.pem", files=files)

    assert code != 0
    assert "certificate revoked" in said
    assert openssl("verify", "-crl_check", "-CAfile", "root.pem", "sister.pem")[0] == 0


def test_openssl_reads_the_reason_and_number_of_a_list(openssl):
    crl = sign_revocation_list(
        make_root(), [Revoked(serial="ab", at=NOW, reason="superseded"),
                      Revoked(serial="cd", at=NOW, reason="unspecified")],
        number=42, now=NOW, days=7,
    )

    _, said = openssl("crl", "-in", "list.pem", "-noout", "-text", files={"list.pem": crl})

    assert "Superseded" in said
    assert "Unspecified" not in said
    assert "CRL Number" in said
    assert "42" in said


def test_a_made_key_opens_with_openssl(openssl):
    for key_type in KEY_TYPES:
        code, said = openssl("pkey", "-in", "key.pem", "-noout",
                             files={"key.pem": key_to_pem(new_key(key_type))})
        assert code == 0, said


def test_a_wildcard_covers_one_level_only():
    leaf = make_leaf(make_root(), names=["*.example.com"])

    assert covers(leaf, "reg.example.com")
    assert covers(leaf, "192.0.2.7")
    assert not covers(leaf, "a.reg.example.com")
    assert not covers(leaf, "example.com")


def test_the_leaf_says_what_it_may_be_used_for():
    leaf = make_leaf(make_root("rsa-3072"), key=new_key("rsa-3072"))

    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.key_encipherment
    assert not usage.value.key_cert_sign
