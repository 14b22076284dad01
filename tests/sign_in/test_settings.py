"""What the environment says about sign-in: off without it, refused when it is contradictory."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group, User

from config.directory_groups import fill_groups, is_local
from config.sign_in import locked_name, pairs, problems_of_ldap, problems_of_oidc
from portal.roles import AUDITORS, OPS
from tests.translations.extracting import ROOT

LDAP = {
    "URL": "ldaps://ldap.example.com", "START_TLS": False, "CA_FILE": "", "BIND_DN": "",
    "BIND_PASSWORD": "", "USER_BASE": "dc=example", "USER_FILTER": "(objectClass=person)",
    "USER_ATTRIBUTE": "uid", "GROUP_BASE": "", "GROUP_KIND": "groupOfNames", "GROUPS": [],
}
OIDC = {
    "ISSUER": "https://id.example.com", "CLIENT_ID": "slipway", "CLIENT_SECRET": "s", "CA_FILE": "",
    "NAME": "Example", "SCOPES": ["openid"], "USER_CLAIM": "sub", "GROUPS_CLAIM": "groups",
    "GROUPS": [],
}


@pytest.fixture(autouse=True)
def _installed(monkeypatch):
    """As if both extras were there."""
    monkeypatch.setattr("config.sign_in.find_spec", lambda name: name)


@pytest.mark.parametrize(("change", "told"), [
    ({}, ""),
    ({"URL": ""}, "LDAP_USER_BASE is set, but LDAP_URL is not"),
    ({"URL": "ldap://ldap.example.com"}, "would send passwords unencrypted"),
    ({"URL": "ldap://ldap.example.com", "START_TLS": True}, ""),
    ({"START_TLS": True}, "LDAP_START_TLS goes with ldap://"),
    ({"URL": "http://ldap.example.com"}, "begins with ldaps://"),
    ({"USER_BASE": ""}, "LDAP_USER_BASE is missing"),
    ({"BIND_DN": "cn=reader"}, "LDAP_BIND_DN and LDAP_BIND_PASSWORD"),
    ({"GROUPS": [("a", "b")]}, "LDAP_GROUPS needs LDAP_GROUP_BASE"),
    ({"CA_FILE": "/no/such.pem"}, "LDAP_CA_FILE is /no/such.pem: there is no such file"),
    ({"GROUP_BASE": "dc=example", "GROUPS": [("", "b")]}, "a name is missing"),
])
def test_settings_of_a_directory(change, told):
    found = problems_of_ldap(LDAP | change)

    assert len(found) == bool(told)
    assert told in "".join(found)


@pytest.mark.parametrize(("change", "told"), [
    ({}, ""),
    ({"ISSUER": "", "CLIENT_SECRET": ""}, "OIDC_CLIENT_ID is set, but OIDC_ISSUER is not"),
    ({"ISSUER": "http://id.example.com"}, "begins with https://"),
    ({"CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET is missing"),
    ({"SCOPES": ["profile"]}, "OIDC_SCOPES lacks"),
])
def test_settings_of_a_provider(change, told):
    found = problems_of_oidc(OIDC | change)

    assert len(found) == bool(told)
    assert told in "".join(found)


def test_a_missing_package_is_told_with_the_command(monkeypatch):
    monkeypatch.setattr("config.sign_in.find_spec", lambda name: None)

    assert "pip install -r requirements-ldap.txt" in problems_of_ldap(LDAP)[0]
    assert "pip install -r requirements-oidc.txt" in problems_of_oidc(OIDC)[0]


def test_the_console_does_not_start_with_half_a_set_up(tmp_path):
    known = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}

    started = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, capture_output=True, text=True,
        env=known | {"SLIPWAY_DATA_DIR": str(tmp_path), "LDAP_URL": "ldap://ldap.example.com"},
        check=False,
    )

    assert started.returncode
    assert "would send passwords unencrypted" in started.stderr
    assert "docs/sign-in.md" in started.stderr


def test_pairs_of_groups_may_hold_commas_and_equals_signs():
    assert pairs("a=b; cn=x,dc=y=Slipway ops ;") == [("a", "b"), ("cn=x,dc=y", "Slipway ops")]


@pytest.mark.parametrize("typed", ["Ada", " ADA ", "ada", "ａｄａ"])  # noqa: RUF001
def test_failed_attempts_of_one_name_are_counted_together(typed):
    request = SimpleNamespace(POST={"username": typed})

    assert locked_name(request) == locked_name(None, {"username": typed}) == "ada"


@pytest.mark.django_db
def test_groups_of_a_directory_fill_only_what_the_settings_name():
    ada = User.objects.create(username="ada")
    team, own = (Group.objects.create(name=name) for name in ("team a", "own"))
    ada.groups.add(own)
    named = [("There", "team a"), ("ops", OPS), ("gone", "not made")]

    fill_groups(ada, ["THERE", "ops", "administrators"], named)
    assert set(ada.groups.values_list("name", flat=True)) == {"team a", "own", OPS}
    assert (ada.is_staff, ada.is_superuser) == (True, False)
    assert not Group.objects.filter(name="not made").exists()

    fill_groups(ada, [], named)
    assert list(ada.groups.all()) == [own]
    assert not ada.is_staff

    fill_groups(ada, ["there"], [("there", team.name)])
    assert not ada.is_staff


@pytest.mark.django_db
def test_entry_to_the_admin_stays_ones_own_matter_when_no_role_is_named():
    ada = User.objects.create(username="ada", is_staff=True)
    ada.groups.add(Group.objects.get(name=AUDITORS))

    fill_groups(ada, [], [("there", "team a")])

    assert ada.is_staff


@pytest.mark.django_db
def test_accounts_of_the_console_are_told_from_those_of_a_directory():
    theirs = User.objects.create_user("ada")

    assert not is_local(theirs)
    assert is_local(User.objects.create_user("bob", password="console-bob"))
    assert is_local(User.objects.create_superuser("root"))
    assert is_local(User(username="closed", is_active=False, password=theirs.password))


@pytest.mark.django_db
def test_without_a_provider_there_is_no_button_and_no_address(client):
    assert "/sign-in/" not in client.get("/login/").content.decode()
    for page in ("/sign-in/oidc/", "/sign-in/oidc/callback/?code=1&state=2"):
        assert client.get(page).status_code == 404
        assert client.post(page).status_code == 405
