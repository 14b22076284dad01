"""Exchanging the encryption key: everything stays readable, at any moment and after any stop."""

import base64
from io import StringIO
from itertools import islice

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from certificates.models import Authority
from lib.encryption import DecryptionFailed, key_id_of
from lib.fields import rotate, secret_fields
from tests.canaries import MAKERS, models_with_secrets, put_canaries
from tests.certificates.rows import make_authority_row

OLD = "old:" + base64.b64encode(b"1" * 32).decode()
NEW = "new:" + base64.b64encode(b"2" * 32).decode()
WRONG = "old:" + base64.b64encode(b"3" * 32).decode()

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _old_key(settings):
    settings.ENCRYPTION_KEYS = [OLD]


def stored(row, name="key_pem"):
    model = type(row)
    quoted = connection.ops.quote_name(model._meta.get_field(name).column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted} FROM {model._meta.db_table} "  # noqa: S608
                       "WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


def rotated():
    """What the command says."""
    out = StringIO()
    call_command("rotate_encryption_keys", stdout=out, stderr=out)
    return out.getvalue()


def test_every_secret_of_every_room_moves_to_the_new_key(settings):
    rows = [MAKERS[model]() for model in models_with_secrets()]
    planted = {row: put_canaries(row) for row in rows}
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    rotated()

    settings.ENCRYPTION_KEYS = [NEW]
    for row, canaries in planted.items():
        again = type(row).objects.get(pk=row.pk)
        for name in secret_fields(type(row)):
            assert getattr(again, name) == canaries[f"{row._meta.label}.{name}"]
            assert key_id_of(stored(row, name)) == "new"


def test_old_secrets_are_readable_before_anything_was_rotated(settings):
    make_authority_row(key_pem="canary")
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    assert Authority.objects.get().key_pem == "canary"


def test_a_rotation_that_was_stopped_goes_on_where_it_was(settings):
    rows = [make_authority_row(name=f"a{n}", key_pem=f"canary {n}") for n in range(5)]
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    list(islice(rotate(Authority, "key_pem"), 2))  # killed after two
    done = {row.pk: stored(row) for row in rows if key_id_of(stored(row)) == "new"}

    # Meanwhile everything is readable, and what is written uses the new key.
    assert [row.key_pem for row in Authority.objects.order_by("pk")] == [
        f"canary {n}" for n in range(5)
    ]
    said = rotated()

    assert len(done) == 2
    assert "certificates.Authority.key_pem: 3 secrets now use key “new”." in said
    assert {row.pk: stored(row) for row in rows if row.pk in done} == done
    assert {key_id_of(stored(row)) for row in rows} == {"new"}


def test_what_somebody_writes_meanwhile_is_not_overwritten(settings):
    first, second = (make_authority_row(name=f"a{n}", key_pem="before") for n in range(2))
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    going = rotate(Authority, "key_pem")
    next(going)

    second.key_pem = "written meanwhile"
    second.save()
    list(going)

    assert Authority.objects.get(pk=second.pk).key_pem == "written meanwhile"
    assert Authority.objects.get(pk=first.pk).key_pem == "before"


def test_a_wrong_key_of_the_right_name_is_told_and_nothing_is_lost(settings):
    row = make_authority_row(key_pem="canary")
    before = stored(row)
    settings.ENCRYPTION_KEYS = [NEW, WRONG]

    with pytest.raises(CommandError, match="1 secret cannot be read"):
        rotated()

    assert stored(row) == before
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    rotated()
    assert Authority.objects.get().key_pem == "canary"


def test_a_key_taken_away_too_early_is_named_with_what_to_do(settings):
    row = make_authority_row(key_pem="canary")
    settings.ENCRYPTION_KEYS = [NEW]

    with pytest.raises(DecryptionFailed) as failed:
        _ = Authority.objects.get().key_pem

    assert "“old”, which is not in ENCRYPTION_KEYS" in failed.value.message
    assert str(row.uuid) in failed.value.message
    assert "Add that key to the end" in failed.value.advice


@pytest.mark.parametrize("key", [[OLD], [NEW, OLD]])
def test_a_ciphertext_moved_to_another_row_is_refused_by_the_rotation_too(settings, key):
    first = make_authority_row(key_pem="canary")
    second = make_authority_row(name="second", key_pem="other")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE certificates_authority SET key_pem = %s WHERE id = %s",
                       [stored(first), second.pk])
    settings.ENCRYPTION_KEYS = key

    with pytest.raises(DecryptionFailed):
        _ = Authority.objects.get(pk=second.pk).key_pem
    if len(key) == 2:
        with pytest.raises(CommandError, match="1 secret cannot be read"):
            rotated()
    assert Authority.objects.get(pk=first.pk).key_pem == "canary"
