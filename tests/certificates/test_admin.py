"""The admin's pages: what they show, what they refuse, and that no key ever leaves."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.keys import key_to_pem, new_key
from certificates.models import Authority, Certificate, Endpoint
from certificates.services import issue, make_authority, probe, register_endpoint
from tests.certificates.outside import Outside
from tests.certificates.rows import make_certificate_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def eve(client):
    """May look at certificates and nothing else."""
    user = User.objects.create_user("eve", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_certificate", "view_authority"])
    )
    client.force_login(user)
    return client


def page(client, name, *args, **query):
    response = client.get(reverse(f"admin:certificates_{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_says_how_many_days_are_left(ada, certificate):
    text = page(ada, "certificate_changelist")

    assert "reg.example.com" in text
    assert "396 days left" in text
    assert 'data-state="valid"' in text


def test_the_list_asks_few_questions_however_long_it_is(ada, django_assert_max_num_queries):
    for number in range(60):
        make_certificate_row(number)

    with django_assert_max_num_queries(14):
        page(ada, "certificate_changelist")


@pytest.mark.parametrize("chosen", ["over", "7", "30", "90", "later"])
def test_filters_by_what_is_left(ada, certificate, chosen):
    assert ("396 days left" in page(ada, "certificate_changelist", ends=chosen)) == (
        chosen == "later"
    )


@pytest.mark.parametrize("search", ["reg.example", "127.0.0.1"])
def test_finds_by_name_and_address(ada, certificate, search):
    assert "396 days left" in page(ada, "certificate_changelist", q=search)


def test_the_detail_shows_chain_and_endpoints(ada, authority):
    middle = make_authority("Registry authority", parent=authority)
    certificate = issue(middle, common_name="reg.example.com", names=["reg.example.com"])
    register_endpoint(address="192.0.2.7", port=443, server_name="reg.example.com",
                      expected=certificate, breaks="All pulls stop")

    text = page(ada, "certificate_change", certificate.pk)

    for part in ("Registry authority", "Slipway console authority", "root · ecdsa-p256"):
        assert part in text
    assert "All pulls stop" in text
    assert certificate.fingerprint in text


def test_no_page_carries_a_key(ada, certificate):
    for row in (certificate, certificate.authority):
        text = page(ada, f"{row._meta.model_name}_change", row.pk)

        assert "PRIVATE KEY" not in text
        assert row.key_pem.splitlines()[1] not in text


def test_a_person_who_may_only_look_sees_no_key_and_no_buttons(eve, certificate):
    for row in (certificate, certificate.authority):
        text = page(eve, f"{row._meta.model_name}_change", row.pk)

        assert "PRIVATE KEY" not in text
        assert row.key_pem.splitlines()[1] not in text
    for name in ("certificate_add", "certificate_upload", "authority_add", "authority_import",
                 "endpoint_changelist"):
        assert eve.get(reverse(f"admin:certificates_{name}")).status_code == 403
    assert eve.post(revoke_url(certificate)).status_code == 403
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.VALID


def test_a_stranger_sees_nothing(client, certificate):
    for name in ("certificate_changelist", "authority_changelist", "certificate_upload"):
        assert client.get(reverse(f"admin:certificates_{name}")).status_code == 302


def test_nothing_can_be_deleted(ada, certificate):
    for row in (certificate, certificate.authority):
        url = reverse(f"admin:certificates_{row._meta.model_name}_delete", args=[row.pk])
        assert ada.post(url, {"post": "yes"}).status_code == 403
    assert Certificate.objects.exists()


def test_issues_from_the_form(ada, authority):
    ada.post(reverse("admin:certificates_certificate_add"), {
        "authority": authority.pk, "common_name": "Reg.example.com", "names": "alias.example.com",
        "addresses": "192.0.2.7, 2001:db8::1", "usage": "server", "days": 90,
        "key_type": "ecdsa-p256",
    })

    row = Certificate.objects.get()
    assert row.sans == ["reg.example.com", "alias.example.com", "192.0.2.7", "2001:db8::1"]
    assert row.days_left == 89


def test_the_form_says_every_problem_at_once(ada, authority):
    answer = ada.post(reverse("admin:certificates_certificate_add"), {
        "authority": authority.pk, "common_name": "bad_name", "names": "", "usage": "server",
        "addresses": "300.1.1.1", "days": 90, "key_type": "ecdsa-p256",
    })

    assert "“bad_name” is not a DNS name." in answer.content.decode()
    assert "“300.1.1.1” is not an IP address." in answer.content.decode()
    assert not Certificate.objects.exists()


def test_uploads_from_the_form(ada):
    outside = Outside()
    texts = outside.texts()

    ada.post(reverse("admin:certificates_certificate_upload"), {
        "certificate_text": texts["certificate_pem"] + texts["chain_pem"],
        "key_text": texts["key_pem"], "served_names": "reg.corp.example",
    })

    assert Certificate.objects.get().key_pem == texts["key_pem"]


def test_a_refused_upload_does_not_send_the_key_back(ada):
    texts = Outside().texts()

    answer = ada.post(reverse("admin:certificates_certificate_upload"), {
        "certificate_text": texts["certificate_pem"], "key_text": texts["key_pem"],
        "served_names": "other.example", "password": "canary-password",
    })

    text = answer.content.decode()
    assert "not valid for other.example" in text
    assert "is not known here" in text
    assert texts["key_pem"].splitlines()[1] not in text
    assert "canary-password" not in text


def test_a_file_that_is_no_pkcs12_is_refused(ada):
    answer = ada.post(reverse("admin:certificates_certificate_upload"), {
        "file": SimpleUploadedFile("a.p12", b"nonsense"), "password": "x",
    })

    assert "PKCS#12 file cannot be opened" in answer.content.decode()


def test_makes_and_imports_authorities(ada):
    outside = Outside()
    ada.post(reverse("admin:certificates_authority_add"),
             {"name": "Ours", "key_type": "ecdsa-p384"})
    ada.post(reverse("admin:certificates_authority_import"), {
        "name": "Corp", "certificate_text": outside.texts()["chain_pem"],
        "key_text": key_to_pem(outside.middle.key),
    })

    assert set(Authority.objects.values_list("name", "kind", "key_type")) == {
        ("Ours", "made", "ecdsa-p384"), ("Corp", "imported", "ecdsa-p256"),
    }


def test_an_authority_that_does_not_fit_is_refused(ada):
    outside = Outside()
    answer = ada.post(reverse("admin:certificates_authority_import"), {
        "name": "Corp", "certificate_text": outside.texts()["certificate_pem"],
        "key_text": key_to_pem(new_key()),
    })

    assert "is not an authority" in answer.content.decode()
    assert not Authority.objects.exists()


def revoke_url(certificate):
    return reverse("admin:certificates_certificate_revoke", args=[certificate.pk])


def test_revoking_asks_for_the_name(ada, certificate):
    assert "cannot be undone" in ada.get(revoke_url(certificate)).content.decode()

    ada.post(revoke_url(certificate), {"reason": "superseded", "typed_name": "wrong"})
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.VALID

    ada.post(revoke_url(certificate), {"reason": "superseded", "typed_name": "reg.example.com"})
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.REVOKED


@pytest.mark.parametrize("name", ["download_chain", "download_trust"])
def test_downloads_of_a_certificate(ada, certificate, name):
    answer = ada.get(reverse(f"admin:certificates_certificate_{name}", args=[certificate.pk]))

    assert answer.content.startswith(b"-----BEGIN CERTIFICATE")
    assert b"PRIVATE" not in answer.content


def test_downloads_of_an_authority(ada, authority):
    for name, begin in (("certificate", b"CERTIFICATE"), ("revocation_list", b"X509 CRL")):
        url = reverse(f"admin:certificates_authority_download_{name}", args=[authority.pk])
        assert ada.get(url).content.startswith(b"-----BEGIN " + begin)


def test_looks_at_an_endpoint_now(ada, certificate, closed_port):
    endpoint = register_endpoint(address="127.0.0.1", port=closed_port, server_name="reg",
                                 expected=certificate)

    ada.post(reverse("admin:certificates_endpoint_changelist"),
             {"action": "look_now", "_selected_action": [endpoint.pk]})

    endpoint.refresh_from_db()
    assert endpoint.state == Endpoint.State.UNREACHABLE
    assert "No answer" in page(ada, "endpoint_changelist")


def test_an_endpoint_of_an_instance_is_not_changed_by_hand(ada, certificate):
    own = register_endpoint(address="a.example", port=443, server_name="a", expected=None)
    theirs = register_endpoint(address="b.example", port=443, server_name="b", expected=None,
                               subject=certificate)

    for endpoint, status in ((own, 302), (theirs, 403)):
        url = reverse("admin:certificates_endpoint_delete", args=[endpoint.pk])
        assert ada.post(url, {"post": "yes"}).status_code == status
    assert 'name="server_name"' not in page(ada, "endpoint_change", theirs.pk)


def test_the_audit_log_knows_who_and_no_key(ada, authority):
    ada.post(reverse("admin:certificates_certificate_add"), {
        "authority": authority.pk, "common_name": "reg.example.com", "names": "",
        "addresses": "", "usage": "server", "days": 90, "key_type": "ecdsa-p256",
    })

    entry = LogEntry.objects.get_for_model(Certificate).get()
    assert entry.actor.username == "ada"
    assert entry.changes["key_pem"] == ["", "•••"]
    assert "PRIVATE" not in str(LogEntry.objects.values_list("changes", flat=True))


def test_a_probe_is_no_act_to_audit(certificate, closed_port):
    endpoint = register_endpoint(address="127.0.0.1", port=closed_port, server_name="reg",
                                 expected=certificate)
    before = LogEntry.objects.count()

    probe(endpoint)

    assert LogEntry.objects.count() == before
