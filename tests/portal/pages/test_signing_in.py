"""People without rights in the console sign in where everybody does, and not by guessing."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

pytestmark = pytest.mark.django_db


def sign_in(client, password):
    return client.post(reverse("login"), {"username": "ada", "password": password}, follow=True)


@pytest.fixture
def known(ada):
    ada.set_password("correct horse battery")
    ada.save()
    return ada


def test_a_requester_arrives_at_the_team(client, known):
    page = sign_in(client, "correct horse battery")

    assert page.redirect_chain[-1][0].startswith("/portal/teams/")
    assert "Sailors" in page.content.decode()


def test_guessing_ends_after_five_attempts_and_says_so(client, known):
    for attempt in range(5):
        page = sign_in(client, f"guess {attempt}")

    assert page.status_code == 429
    assert "Too many failed attempts" in page.content.decode()
    assert sign_in(client, "correct horse battery").status_code == 429


def test_a_closed_account_is_nobodys(client, known):
    User.objects.update(is_active=False)

    assert "Sailors" not in sign_in(client, "correct horse battery").content.decode()


def test_who_is_not_signed_in_is_sent_there(client, team, submitted):
    for address in (reverse("portal:home"), reverse("portal:team", args=[team.uuid]),
                    reverse("portal:request", args=[submitted.uuid]), reverse("portal:inbox")):
        assert client.get(address).url == f"/login/?next={address}"
