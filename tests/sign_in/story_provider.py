"""Played by test_for_real.py where django-allauth is: people sign in by a real OpenID provider."""

import os
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import werkzeug.serving
from django.contrib.auth.models import Group, User
from django.urls import reverse
from oidc_provider_mock import app

from portal.models import Team

pytestmark = [
    pytest.mark.django_db,
    # The provider's own libraries speak of what they will drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
ISSUER, CA_FILE = os.environ["OIDC_ISSUER"], os.environ["OIDC_CA_FILE"]


@pytest.fixture(scope="module", autouse=True)
def provider():
    pair = tuple(f"{os.environ['SERVER']}/server.{kind}" for kind in ("pem", "key"))
    served = werkzeug.serving.make_server(
        "localhost", urlsplit(ISSUER).port, app(), threaded=True, ssl_context=pair
    )
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.fixture(autouse=True)
def team(db):
    group = Group.objects.create(name="team payments")
    return Team.objects.create(name="Payments", group=group)


def know(sub, **claims):
    answer = requests.put(f"{ISSUER}/users/{sub}", json=claims, verify=CA_FILE, timeout=10)
    assert answer.ok, answer.text


def at_the_provider(client, sub, start="/sign-in/oidc/?next=/portal/", **form):
    """From our button to where the provider sends the browser back to."""
    begun = client.get(start)
    assert begun.url.startswith(f"{ISSUER}/oauth2/authorize?"), begun.url
    back = requests.post(begun.url, data={"sub": sub} | form, verify=CA_FILE, timeout=10,
                         allow_redirects=False)
    assert back.status_code == 302, back.text
    return begun.url, back.headers["Location"]


def sign_in(client, sub, **kwargs):
    _, back = at_the_provider(client, sub, **kwargs)
    parts = urlsplit(back)
    assert parts.path == "/sign-in/oidc/callback/"
    return client.get(f"{parts.path}?{parts.query}", follow=True)


def person_of(answer):
    return answer.wsgi_request.user.get_username()


def test_both_sign_in_pages_have_the_button(client):
    for page in ("login", "admin:login"):
        shown = client.get(reverse(page), {"next": "/portal/requests/"}).content.decode()

        assert "Sign in with Example" in shown
        assert 'href="/sign-in/oidc/?next=%2F' in shown


def test_the_first_sign_in_makes_an_account_and_shows_the_team(client):
    know("1", preferred_username="Ada", given_name="Ada", email="ada@example.com",
         groups=["Payments", "registry-ops", "domain-admins"], is_superuser=True, is_staff=True)

    answer = sign_in(client, "1")

    ada = User.objects.get()
    assert (person_of(answer), answer.redirect_chain[0][0]) == ("ada", "/portal/")
    assert "Payments" in answer.content.decode()
    assert {group.name for group in ada.groups.all()} == {"team payments", "Slipway ops"}
    assert (ada.is_staff, ada.is_superuser, ada.has_usable_password()) == (True, False, False)
    assert client.get("/admin/").status_code == 200


def test_a_group_taken_away_is_gone_after_the_next_sign_in(client):
    know("1", preferred_username="ada", groups=["payments", "registry-ops"])
    sign_in(client, "1")
    client.logout()
    know("1", preferred_username="renamed", groups="payments")

    assert person_of(sign_in(client, "1")) == "ada"
    assert [group.name for group in User.objects.get().groups.all()] == ["team payments"]
    assert client.get("/admin/").status_code == 302


def test_the_question_carries_proof_state_and_the_fixed_address(client):
    asked, _ = at_the_provider(client, "1")
    query = parse_qs(urlsplit(asked).query)

    assert query["redirect_uri"] == ["http://testserver/sign-in/oidc/callback/"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert query["state"]


@pytest.mark.parametrize("elsewhere", ["https://evil.example.com/", "//evil.example.com", "\\\\e"])
def test_nobody_is_led_to_other_servers(client, elsewhere):
    know("1", preferred_username="ada")

    answer = sign_in(client, "1", start=f"/sign-in/oidc/?next={elsewhere}")

    assert all(place.startswith("/") and "evil" not in place for place, _ in answer.redirect_chain)
    assert person_of(answer) == "ada"


@pytest.mark.parametrize("process", ["connect", "redirect"])
def test_an_account_of_the_console_is_never_tied_to_one_of_the_provider(client, process):
    client.force_login(User.objects.create_superuser("root", password="console-root"))
    know("1", preferred_username="mallory")

    answer = sign_in(client, "1", start=f"/sign-in/oidc/?process={process}&next=/portal/")

    assert person_of(answer) == "mallory"
    assert not User.objects.get(username="mallory").is_superuser


def test_a_name_of_the_console_is_not_taken_over(client):
    User.objects.create_superuser("Root", email="root@example.com", password="console-root")
    know("9", preferred_username="root", email="root@example.com", email_verified=True)

    answer = sign_in(client, "9")

    assert (person_of(answer), User.objects.count()) == ("", 1)
    assert "another account with your user name" in answer.content.decode()


@pytest.mark.parametrize(("claims", "told"), [
    ({}, "does not say your user name"), ({"preferred_username": "a b;c"}, "has characters"),
])
def test_whoever_has_no_usable_name_is_told(client, claims, told):
    know("8", **claims)

    answer = sign_in(client, "8")

    assert (person_of(answer), User.objects.count()) == ("", 0)
    assert told in answer.content.decode()


def test_a_closed_account_stays_closed_and_its_session_ends(client):
    know("1", preferred_username="ada")
    sign_in(client, "1")
    User.objects.update(is_active=False)

    assert client.get("/portal/").status_code == 302
    assert "Your account is closed" in sign_in(client, "1").content.decode()


def test_an_answer_for_another_browser_or_sent_twice_is_refused(client, django_user_model):
    know("1", preferred_username="ada")
    _, back = at_the_provider(client, "1")
    parts = urlsplit(back)
    page = f"{parts.path}?{parts.query}"
    other = type(client)()

    assert "Sign in again" in other.get(page, follow=True).content.decode()
    assert person_of(client.get(page, follow=True)) == "ada"
    client.logout()
    assert person_of(client.get(page, follow=True)) == ""


def test_who_says_no_at_the_provider_is_back_at_the_sign_in(client):
    asked, back = at_the_provider(client, "1", action="deny")
    parts, state = urlsplit(back), parse_qs(urlsplit(asked).query)["state"][0]
    # This provider leaves out the state that RFC 6749 (4.1.2.1) asks for.
    answer = client.get(f"{parts.path}?{parts.query}&state={state}", follow=True)

    assert "cancelled at the provider" in answer.content.decode()


def test_a_certificate_of_others_is_refused_with_a_sentence(client, settings):
    settings.OIDC = settings.OIDC | {"CA_FILE": f"{os.environ['SERVER']}/other.pem"}

    told = client.get("/sign-in/oidc/", follow=True).content.decode()

    assert "The certificate of the company&#x27;s sign-in is not trusted" in told


def test_a_silent_provider_is_told_from_a_wrong_certificate(client, settings):
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    changed = apps[0] | {"settings": apps[0]["settings"] | {"server_url": "https://localhost:1"}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [changed]}}

    told = client.get("/sign-in/oidc/", follow=True).content.decode()

    assert "The company&#x27;s sign-in does not answer" in told


def test_passwords_of_the_console_keep_working(client):
    User.objects.create_user("carol", password="console-carol")

    client.post(reverse("login"), {"username": "carol", "password": "console-carol"})

    assert client.get("/portal/").status_code == 200


def test_what_the_provider_said_is_no_page_of_the_admin(client):
    client.force_login(User.objects.create_superuser("root"))

    assert client.get("/admin/socialaccount/socialapp/").status_code == 404
    assert client.get("/accounts/signup/").status_code == 404
