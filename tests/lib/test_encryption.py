"""Secrets are readable only with their key, at their place."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from lib.encryption import DecryptionFailed, Keyring, key_id_of

OLD = "old:" + base64.b64encode(b"1" * 32).decode()
NEW = "new:" + base64.b64encode(b"2" * 32).decode()


def test_reads_back_what_it_encrypted():
    keys = Keyring((NEW,))

    stored = keys.encrypt("pässword", "hosts.host.key of 1")

    assert "pässword" not in stored
    assert keys.decrypt(stored, "hosts.host.key of 1") == "pässword"


def test_the_same_secret_never_looks_the_same():
    keys = Keyring((NEW,))

    assert keys.encrypt("secret", "here") != keys.encrypt("secret", "here")


def test_the_first_key_encrypts_and_every_key_decrypts():
    stored = Keyring((OLD,)).encrypt("secret", "here")

    both = Keyring((NEW, OLD))

    assert both.decrypt(stored, "here") == "secret"
    assert key_id_of(both.encrypt("secret", "here")) == "new"


def test_a_missing_key_is_named():
    stored = Keyring((OLD,)).encrypt("secret", "hosts.host.key of 1")

    with pytest.raises(DecryptionFailed, match="“old”, which is not in ENCRYPTION_KEYS"):
        Keyring((NEW,)).decrypt(stored, "hosts.host.key of 1")


def test_a_key_with_other_bytes_is_refused():
    other = "old:" + base64.b64encode(b"3" * 32).decode()
    stored = Keyring((OLD,)).encrypt("secret", "hosts.host.key of 1")

    with pytest.raises(DecryptionFailed, match="hosts.host.key of 1 cannot be decrypted"):
        Keyring((other,)).decrypt(stored, "hosts.host.key of 1")


def test_a_secret_moved_to_another_place_is_refused():
    keys = Keyring((NEW,))

    with pytest.raises(DecryptionFailed):
        keys.decrypt(keys.encrypt("secret", "row 1"), "row 2")


@pytest.mark.parametrize("damage", ["aesgcm1:new", "aesgcm1:new:%%%", "aesgcm1:new:AAAA"])
def test_damaged_values_are_refused(damage):
    with pytest.raises(DecryptionFailed):
        Keyring((NEW,)).decrypt(damage, "here")


def test_plaintext_in_the_database_is_not_taken_for_a_secret():
    with pytest.raises(DecryptionFailed):
        Keyring((NEW,)).decrypt("secret", "here")


@pytest.mark.parametrize("entry", ["", "noid", "a b:" + "A" * 44, "short:QUJD", "x:*not base64*"])
def test_a_bad_key_is_refused_without_repeating_it(entry):
    with pytest.raises(ImproperlyConfigured) as problem:
        Keyring((entry,))

    assert "ENCRYPTION_KEYS" in str(problem.value)
    assert entry not in str(problem.value) or not entry


def test_no_key_and_double_ids_are_refused():
    with pytest.raises(ImproperlyConfigured):
        Keyring(())
    with pytest.raises(ImproperlyConfigured, match="twice"):
        Keyring((OLD, OLD))
