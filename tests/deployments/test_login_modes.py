"""Who logs in is set before anybody is there, and refused in words once somebody is."""

import pytest

from deployments.clients import open_harbor
from deployments.pipelines import DEPLOY
from operations import services as operations
from tests.deployments.lab_rows import told

LDAP = {
    "ldap_url": "ldaps://ldap.example.com", "ldap_base_dn": "ou=people,dc=example,dc=com",
    "ldap_search_dn": "cn=slipway,dc=example,dc=com", "ldap_uid": "uid",
}
OIDC = {
    "oidc_name": "Example", "oidc_endpoint": "https://login.example.com/realms/main",
    "oidc_client_id": "harbor", "oidc_scope": "openid,profile,email",
}
SECRET = "Searching12345"


def test_nothing_in_a_deployment_makes_people_before_it_is_set_who_logs_in():
    slugs = [step.slug for step in DEPLOY.steps]

    # Only the self-test and what comes later may bring somebody in.
    assert slugs[-2:] == ["configure-harbor", "self-test"]


@pytest.fixture
def ask(deployed, instance, settings, carry_out, tmp_path):
    """Ask Harbor as its administrator."""
    settings.PIPELINES = "tests.deployments.pipelines.PIPELINES"
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(instance.certificate.authority.full_chain_pem)
    with open_harbor(instance, str(ca_file)) as harbor:
        yield harbor


@pytest.fixture
def configure(instance, carry_out):
    def configured(mode: str, chosen: dict):
        instance.auth_mode, instance.auth_settings = mode, chosen
        instance.auth_secret = SECRET if chosen else ""
        instance.save()
        return carry_out(operations.start("configure-harbor", instance))

    return configured


on_the_stand_in = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("mode", "chosen"),
    [pytest.param("ldap", LDAP, marks=on_the_stand_in),
     pytest.param("oidc", OIDC, marks=on_the_stand_in)],
)
def test_the_settings_arrive_and_the_secret_stays_secret(ask, configure, mode, chosen):
    operation = configure(mode, chosen)

    assert operation.state == "succeeded", told(operation)
    found = ask.configuration()
    assert found["auth_mode"] == f"{mode}_auth"
    assert found[f"{mode}_verify_cert"] is True
    assert {name: found[name] for name in chosen} == chosen
    text = "\n".join(operation.lines.values_list("text", flat=True))
    assert "oidc_client_secret" in text or "ldap_search_password" in text
    assert SECRET not in text
    assert configure("database", {}).state == "succeeded"


@pytest.mark.lab
@pytest.mark.full
@pytest.mark.django_db
def test_with_people_in_harbor_the_change_is_refused_with_what_to_do(ask, configure):
    ask.call("POST", "/users", json={
        "username": "ben", "email": "ben@example.com", "realname": "Ben",
        "password": "Requesting12345",
    })

    operation = configure("ldap", LDAP)

    assert operation.state == "failed"
    assert "has users of its own" in operation.reason
    assert "Delete them in Harbor and resume" in operation.advice
