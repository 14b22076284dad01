"""Encrypted fields: plain in the attribute, sealed in the database, absent from pages."""

import base64
from io import StringIO
from uuid import uuid4

import pytest
from django.contrib.admin.utils import display_for_field
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection
from django.forms import modelform_factory

from certificates.models import Authority
from lib.encryption import DecryptionFailed, key_id_of
from lib.fields import PlaintextRefused, mask, secret_fields
from tests.certificates.rows import make_authority_row

OLD = "old:" + base64.b64encode(b"1" * 32).decode()
NEW = "new:" + base64.b64encode(b"2" * 32).decode()

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _old_key(settings):
    settings.ENCRYPTION_KEYS = [OLD]


def stored(row):
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_pem FROM certificates_authority WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


def test_the_attribute_is_plain_and_the_database_is_not():
    row = make_authority_row(key_pem="canary")

    assert row.key_pem == "canary"
    assert "canary" not in stored(row)
    assert Authority.objects.get().key_pem == "canary"


def test_saving_an_unread_secret_leaves_it_as_it_is():
    row = make_authority_row(key_pem="canary")
    before = stored(row)

    Authority.objects.get().save()

    assert stored(row) == before


def test_a_deferred_secret_can_be_read_later():
    make_authority_row(key_pem="canary")

    assert Authority.objects.defer("key_pem").get().key_pem == "canary"


def test_refreshing_reads_the_new_secret():
    row = make_authority_row(key_pem="first")
    other = Authority.objects.get()
    other.key_pem = "second"
    other.save()

    row.refresh_from_db()

    assert row.key_pem == "second"


def test_no_secret_stays_no_secret():
    row = make_authority_row(key_pem="")

    assert stored(row) == ""
    assert Authority.objects.get().key_pem == ""
    assert Authority.objects.filter(key_pem="").exists()


def test_bulk_create_encrypts():
    first = make_authority_row(key_pem="")
    second = make_authority_row(save=False, name="bulk", key_pem="canary")

    Authority.objects.bulk_create([second])

    row = Authority.objects.exclude(pk=first.pk).get()
    assert row.key_pem == "canary"
    assert "canary" not in stored(row)


def test_bulk_updates_and_searches_with_plaintext_are_refused():
    row = make_authority_row(key_pem="canary")

    with pytest.raises(PlaintextRefused):
        Authority.objects.update(key_pem="other")
    with pytest.raises(PlaintextRefused):
        Authority.objects.filter(key_pem="canary").exists()
    row.key_pem = "other"
    with pytest.raises(PlaintextRefused):
        Authority.objects.bulk_update([row], ["key_pem"])


def test_a_secret_copied_to_another_row_cannot_be_read():
    first = make_authority_row(key_pem="canary")
    second = make_authority_row(name="second", key_pem="other")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE certificates_authority SET key_pem = %s WHERE id = %s",
                       [stored(first), second.pk])

    with pytest.raises(DecryptionFailed, match="certificates.authority.key_pem"):
        second.refresh_from_db()


def test_lists_work_without_the_key(settings):
    make_authority_row(key_pem="canary")
    settings.ENCRYPTION_KEYS = [NEW]

    row = Authority.objects.get()

    assert row.has_key
    with pytest.raises(DecryptionFailed, match="“old”"):
        _ = row.key_pem


def test_a_form_never_carries_the_secret_and_empty_keeps_it():
    row = make_authority_row(key_pem="canary")
    form_class = modelform_factory(Authority, fields=["key_pem"])

    form = form_class(instance=row)
    assert "canary" not in form.as_p()
    assert 'type="password"' in form.as_p()

    form = form_class({"key_pem": ""}, instance=row)
    assert form.is_valid()
    assert not form.has_changed()
    form.save()
    assert Authority.objects.get().key_pem == "canary"


def test_the_admin_shows_no_secret_even_when_a_page_lists_it():
    row = make_authority_row(key_pem="canary")
    field = Authority._meta.get_field("key_pem")

    assert display_for_field(row.key_pem, field, "–") == "–"
    assert field.value_from_object(row) == ""


def test_the_audit_mask_shows_nothing_of_it():
    assert mask("canary") == "•••"
    assert mask("") == ""


def test_a_form_replaces_the_secret():
    row = make_authority_row(key_pem="canary")
    form = modelform_factory(Authority, fields=["key_pem"])({"key_pem": "new one"}, instance=row)

    assert form.is_valid()
    form.save()

    assert Authority.objects.get().key_pem == "new one"


def test_an_export_refuses_to_carry_secrets():
    make_authority_row(key_pem="canary")

    with pytest.raises(PlaintextRefused):
        serializers.serialize("json", Authority.objects.all())


def test_names_the_secrets_of_a_model():
    assert secret_fields(Authority) == ["key_pem"]


def test_rotation_encrypts_with_the_first_key(settings):
    row = make_authority_row(key_pem="canary")
    make_authority_row(name="without key", key_pem="")
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    call_command("rotate_encryption_keys", stdout=StringIO())

    assert key_id_of(stored(row)) == "new"
    settings.ENCRYPTION_KEYS = [NEW]
    assert Authority.objects.get(pk=row.pk).key_pem == "canary"


def test_rotation_can_run_again_and_changes_nothing_then(settings):
    row = make_authority_row(key_pem="canary")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_encryption_keys", stdout=StringIO())
    before = stored(row)

    out = StringIO()
    call_command("rotate_encryption_keys", stdout=out)

    assert stored(row) == before
    assert "0 secrets" in out.getvalue()


def test_rotation_goes_on_after_an_unreadable_row_and_names_it(settings):
    lost = make_authority_row(key_pem="lost")
    settings.ENCRYPTION_KEYS = [NEW]
    good = make_authority_row(name="good", key_pem="canary")
    newest = "newest:" + base64.b64encode(b"4" * 32).decode()
    settings.ENCRYPTION_KEYS = [newest, NEW]

    with pytest.raises(CommandError, match="1 secret cannot be read"):
        call_command("rotate_encryption_keys", stdout=StringIO(), stderr=(said := StringIO()))

    assert key_id_of(stored(good)) == "newest"
    assert str(lost.uuid) in said.getvalue()
    assert "canary" not in said.getvalue()


def test_a_copy_of_a_row_gets_its_own_ciphertext():
    row = make_authority_row(key_pem="canary")
    secret = row.key_pem
    row.pk, row.uuid, row.name, row.fingerprint = None, uuid4(), "copy", "f" * 64
    row.key_pem = secret
    row.save(force_insert=True)

    assert Authority.objects.get(name="copy").key_pem == "canary"
