"""Played by test_for_real.py where django-auth-ldap is: people sign in by a real OpenLDAP."""

import os

import ldap
import pytest
from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.urls import reverse

from portal.models import Team
from tests.sign_in.directory_server import BASE, MANAGER, MANAGERS_PASSWORD

pytestmark = pytest.mark.django_db
NOT_TRUSTED = "The certificate of the company&#x27;s directory is not trusted"


@pytest.fixture(autouse=True)
def team(db):
    group = Group.objects.create(name="team payments")
    return Team.objects.create(name="Payments", group=group)


def sign_in(client, name, password, page="login"):
    return client.post(
        reverse(page), {"username": name, "password": password, "next": "/portal/"}, follow=True
    )


def person_of(answer):
    return answer.wsgi_request.user.get_username()


def put_into(group, name):
    """Make one person its only member: a groupOfNames is never empty."""
    directory = ldap.initialize(settings.LDAP["URL"])
    directory.set_option(ldap.OPT_X_TLS_CACERTFILE, settings.LDAP["CA_FILE"])
    directory.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    directory.simple_bind_s(MANAGER, MANAGERS_PASSWORD)
    member = f"uid={name},ou=people,{BASE}".encode()
    directory.modify_s(f"cn={group},ou=groups,{BASE}", [(ldap.MOD_REPLACE, "member", member)])
    directory.unbind_s()


def test_the_first_sign_in_makes_an_account_and_shows_the_team(client):
    answer = sign_in(client, "ada", "ada-secret")

    ada = User.objects.get()
    assert person_of(answer) == "ada"
    assert "Payments" in answer.content.decode()
    assert (ada.first_name, ada.email) == ("Ada", "ada@example.com")
    assert {group.name for group in ada.groups.all()} == {"team payments", "Slipway ops"}
    # She is among the directory's domain-admins: no rights come from there.
    assert (ada.is_staff, ada.is_superuser, ada.has_usable_password()) == (True, False, False)
    assert not Group.objects.filter(name__in=("domain-admins", "gone", "team web")).exists()
    assert "secret" not in str(list(LogEntry.objects.values_list("changes", flat=True)))


def test_a_person_without_named_groups_may_nothing(client):
    sign_in(client, "bob", "bob-secret")

    bob = User.objects.get()
    assert (bob.is_staff, bob.is_superuser, bob.get_all_permissions()) == (False, False, set())
    assert client.get("/admin/").status_code == 302


def test_ops_enter_the_admin_by_its_own_page(client):
    answer = sign_in(client, "ada", "ada-secret", "admin:login")

    assert person_of(answer) == "ada"
    assert client.get("/admin/").status_code == 200


def test_a_group_taken_away_is_gone_after_the_next_sign_in(client):
    sign_in(client, "ada", "ada-secret")
    User.objects.get().groups.add(Group.objects.create(name="given here"))
    client.logout()
    put_into("registry-ops", "bob")
    try:
        sign_in(client, "ada", "ada-secret")
    finally:
        put_into("registry-ops", "ada")

    ada = User.objects.get()
    assert {group.name for group in ada.groups.all()} == {"team payments", "given here"}
    assert not ada.is_staff
    assert client.get("/admin/").status_code == 302


def test_names_are_taken_literally_and_however_they_are_typed(client):
    assert person_of(sign_in(client, "*", "ada-secret")) == ""
    assert person_of(sign_in(client, "ad*", "ada-secret")) == ""
    assert person_of(sign_in(client, "ada)(uid=*", "ada-secret")) == ""
    assert person_of(sign_in(client, "a\u200bda", "ada-secret")) == ""
    assert person_of(sign_in(client, "ADA ", "ada-secret")) == "ada"
    client.logout()
    assert person_of(sign_in(client, "ada", "ada-secret")) == "ada"
    assert User.objects.count() == 1


def test_a_name_with_the_marks_of_a_filter_signs_in_where_django_takes_it(rf):
    from config.directory import Directory

    person = Directory().authenticate(rf.post("/"), username="o*(b)", password="star-secret")

    assert person.get_username() == "o*(b)"


def test_wrong_passwords_are_refused_and_counted_however_the_name_is_typed(client):
    for typed in ("ada", "ADA", "Ada", "ada ", "aDa"):
        assert person_of(sign_in(client, typed, "wrong")) == ""

    answer = sign_in(client, "ada", "ada-secret")

    assert answer.status_code == 429
    assert not User.objects.exists()


def test_an_empty_password_is_no_password(rf):
    from config.directory import Directory

    assert Directory().authenticate(rf.post("/"), username="ada", password="") is None


def test_the_consoles_own_accounts_are_not_taken_over(client):
    root = User.objects.create_superuser("root", password="console-root")

    assert person_of(sign_in(client, "root", "ldap-root")) == ""
    assert person_of(sign_in(client, "ROOT", "ldap-root")) == ""
    assert person_of(sign_in(client, "root", "console-root")) == "root"
    root.set_unusable_password()
    root.save()
    client.logout()
    assert person_of(sign_in(client, "root", "ldap-root")) == ""


def test_a_closed_account_stays_closed_and_its_session_ends(client):
    sign_in(client, "ada", "ada-secret")
    User.objects.update(is_active=False)

    assert client.get("/portal/").status_code == 302
    assert person_of(sign_in(client, "ada", "ada-secret")) == ""


def test_a_certificate_of_others_is_refused_with_a_sentence(client, settings):
    settings.LDAP = settings.LDAP | {"CA_FILE": os.environ["OTHER_CA_FILE"]}

    answer = sign_in(client, "ada", "ada-secret")

    assert person_of(answer) == ""
    assert NOT_TRUSTED in answer.content.decode()
    assert NOT_TRUSTED in sign_in(client, "bob", "bob-secret", "admin:login").content.decode()


def test_without_an_own_authority_the_systems_are_asked(client, settings):
    settings.LDAP = settings.LDAP | {"CA_FILE": ""}

    assert NOT_TRUSTED in sign_in(client, "ada", "ada-secret").content.decode()


def test_a_silent_directory_locks_nobody_of_the_console_out(client, settings):
    settings.LDAP = settings.LDAP | {"URL": "ldaps://127.0.0.1:1"}
    User.objects.create_user("carol", password="console-carol")

    answer = sign_in(client, "ada", "ada-secret")
    assert "The company&#x27;s directory does not answer" in answer.content.decode()
    assert person_of(sign_in(client, "carol", "console-carol")) == "carol"
