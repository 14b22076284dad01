"""The first administrator: only with the token of the terminal, only once."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from config.first_start import new_setup_token

pytestmark = pytest.mark.django_db
GOOD = {"username": "ada", "password": "long-enough-for-ops-7", "again": "long-enough-for-ops-7"}


def test_the_token_makes_one_administrator(client):
    token = new_setup_token()

    answer = client.post(reverse("setup"), GOOD | {"token": token}, secure=True)

    assert answer.status_code == 302
    assert get_user_model().objects.get().is_superuser
    again = client.post(reverse("setup"), GOOD | {"token": token, "username": "eve"}, secure=True)
    assert again.status_code == 404
    assert new_setup_token() is None


def test_another_token_makes_nobody(client):
    new_setup_token()

    answer = client.post(reverse("setup"), GOOD | {"token": "guess"}, secure=True)

    assert "not the set-up token" in answer.content.decode()
    assert not get_user_model().objects.exists()


def test_a_new_start_makes_the_old_token_void(client):
    old = new_setup_token()
    new_setup_token()

    client.post(reverse("setup"), GOOD | {"token": old}, secure=True)

    assert not get_user_model().objects.exists()


def test_weak_and_differing_passwords_are_said_at_once(client):
    wrong = {"token": new_setup_token(), "username": "ada", "password": "12345", "again": "12346"}

    page = client.post(reverse("setup"), wrong, secure=True).content.decode()

    assert "too short" in page
    assert "differ" in page


def test_the_token_is_not_kept_in_clear(settings):
    token = new_setup_token()

    assert token not in (settings.DATA_DIR / "setup-token").read_text()
    assert (settings.DATA_DIR / "setup-token").stat().st_mode & 0o777 == 0o600
