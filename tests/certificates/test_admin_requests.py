"""More pages of the admin: signing for teams, asking outside, each act with its permission."""

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from certificates.keys import key_from_pem, new_key
from certificates.models import Certificate, SigningRequest
from certificates.services import issue, make_authority, request_signature
from certificates.signing import make_request, to_pem
from certificates.subjects import Subject
from tests.certificates.outside import Outside
from tests.certificates.test_admin import page

pytestmark = pytest.mark.django_db


def test_signs_the_request_of_a_team(ada, authority):
    key = new_key()
    text = make_request("team.example.com", key, names=["team.example.com"], usage="server")

    ada.post(reverse("admin:certificates_certificate_sign"), {
        "authority": authority.pk, "request_text": text, "usage": "server", "days": "",
    })

    row = Certificate.objects.get()
    assert (row.sans, row.has_key, row.days_left) == (["team.example.com"], False, 396)


def test_a_bad_request_of_a_team_is_told_beside_it(ada, authority):
    text = make_request("x", new_key(), names=["bad_name"], usage="server")

    answer = ada.post(reverse("admin:certificates_certificate_sign"), {
        "authority": authority.pk, "request_text": text, "usage": "client", "days": 9000,
    })

    errors = answer.context["adminform"].form.errors
    assert errors["request_text"] == ["“bad_name” is not a DNS name."]
    assert "open every Docker engine" in errors["usage"][0]
    assert "9000 days are more than the policy" in errors["days"][0]


def test_a_person_cannot_issue_what_opens_the_engines(ada, authority):
    answer = ada.post(reverse("admin:certificates_certificate_add"), {
        "authority": make_authority("Below", parent=authority).pk, "common_name": "console",
        "usage": "client", "days": 9, "key_type": "ecdsa-p256",
    })

    assert "open every Docker engine" in answer.context["adminform"].form.errors["usage"][0]
    assert not Certificate.objects.exists()


def test_each_reason_stands_beside_its_field(ada, authority):
    answer = ada.post(reverse("admin:certificates_certificate_add"), {
        "authority": authority.pk, "common_name": "reg.example.com", "names": "bad_name",
        "addresses": "300.1.1.1", "usage": "server", "days": 900, "key_type": "ecdsa-p256",
        "country": "Germany", "email": "nobody",
    })

    errors = answer.context["adminform"].form.errors
    assert set(errors) == {"names", "addresses", "days", "country", "email"}


def test_subject_and_renewal_are_on_the_page(ada, authority):
    row = issue(authority, common_name="reg.example.com", names=["reg.example.com"],
                subject=Subject(organisation="Corp", unit="Platform"))

    text = page(ada, "certificate_change", row.pk)

    assert "CN=reg.example.com,OU=Platform,O=Corp" in text
    assert "Signature verified" in text
    ada.post(reverse("admin:certificates_certificate_change", args=[row.pk]), {
        "renew_at_0": "2030-01-02", "renew_at_1": "03:04:05", "owner": "",
        "endpoints-TOTAL_FORMS": 0, "endpoints-INITIAL_FORMS": 0,
    })
    row.refresh_from_db()
    assert row.renew_at.year == 2030


def test_a_limit_is_given_to_an_authority_later(ada, authority):
    ada.post(reverse("admin:certificates_authority_change", args=[authority.pk]),
             {"longest_days": 47, "owner": ""})

    authority.refresh_from_db()
    assert authority.longest_days == 47


def test_a_request_is_made_downloaded_and_answered(ada):
    outside = Outside()
    ada.post(reverse("admin:certificates_signingrequest_add"), {
        "purpose": "server", "name": "reg.corp.example", "key_type": "ecdsa-p256",
    })
    row = SigningRequest.objects.get()
    assert page(ada, "signingrequest_download_request", row.pk) == row.request_pem
    text = page(ada, "signingrequest_change", row.pk)
    assert "BEGIN CERTIFICATE REQUEST" in text
    assert row.key_pem.splitlines()[1] not in text

    leaf = to_pem(outside.sign(key=key_from_pem(row.key_pem)))
    url = reverse("admin:certificates_signingrequest_answer", args=[row.pk])
    refused = ada.post(url, {"certificate_text": leaf})
    assert "is not known here" in refused.content.decode()
    assert SigningRequest.objects.exists()
    ada.post(url, {"certificate_text": leaf + outside.texts()["chain_pem"]})

    assert Certificate.objects.get().has_key
    assert not SigningRequest.objects.exists()


def test_who_may_look_may_not_answer_or_withdraw(client):
    row = request_signature("reg.corp.example", names=["reg.corp.example"])
    eve = User.objects.create_user("eve", is_staff=True)
    eve.user_permissions.set(Permission.objects.filter(codename="view_signingrequest"))
    client.force_login(eve)

    assert client.get(reverse("admin:certificates_signingrequest_change",
                              args=[row.pk])).status_code == 200
    for act in ("answer", "delete"):
        url = reverse(f"admin:certificates_signingrequest_{act}", args=[row.pk])
        assert client.post(url, {"post": "yes"}).status_code == 403
    assert SigningRequest.objects.exists()


@pytest.mark.parametrize(("permission", "act"), [
    ("revoke_certificate", "revoke"), ("export_certificate", "export"),
])
def test_each_act_needs_its_own_permission(client, certificate, permission, act):
    ben = User.objects.create_user("ben", is_staff=True)
    wanted = Permission.objects.get(codename=permission)
    others = Permission.objects.filter(content_type=wanted.content_type).exclude(pk=wanted.pk)
    url = reverse(f"admin:certificates_certificate_{act}", args=[certificate.pk])
    for granted, status in ((others, 403), ([wanted], 200)):
        ben.user_permissions.set(granted)
        client.force_login(User.objects.get(pk=ben.pk))
        assert client.get(url).status_code == status
