"""A private key leaves for a reason, and never without a trace."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from certificates.exporting import PKCS12, PLAIN_PEM
from certificates.services import export_key, issue
from lib.errors import ServiceError
from tests.certificates.rows import make_certificate_row

pytestmark = pytest.mark.django_db
PASSWORD, REASON = "correct horse", "Move to the new load balancer"


@pytest.fixture
def eve():
    return User.objects.create_user("eve", is_staff=True)


@pytest.fixture
def ben():
    """May export, and look."""
    user = User.objects.create_user("ben", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(
        codename__in=["export_certificate", "view_certificate"]))
    return user


def url(certificate):
    return reverse("admin:certificates_certificate_export", args=[certificate.pk])


def test_without_the_permission_no_key_leaves(eve, certificate, client):
    with pytest.raises(ServiceError, match="may not export"):
        export_key(certificate, form=PLAIN_PEM, password="", by=eve, reason=REASON)
    eve.user_permissions.set(Permission.objects.filter(
        codename__in=["view_certificate", "revoke_certificate", "add_certificate"]))
    client.force_login(eve)
    assert client.get(url(certificate)).status_code == 403
    assert client.post(url(certificate), {"form": PLAIN_PEM, "reason": REASON}).status_code == 403


@pytest.mark.parametrize("change", [{"reason": "because"}, {"password": "short"}])
def test_without_a_reason_or_a_password_no_key_leaves(ben, certificate, change):
    given = {"form": PKCS12, "password": PASSWORD, "by": ben, "reason": REASON} | change

    with pytest.raises(ServiceError):
        export_key(certificate, **given)

    assert not LogEntry.objects.filter(action=LogEntry.Action.ACCESS).exists()


def test_what_is_not_here_cannot_leave(ben):
    with pytest.raises(ServiceError, match="is not kept here"):
        export_key(make_certificate_row(), form=PKCS12, password=PASSWORD, by=ben, reason=REASON)


def test_the_key_that_opens_the_engines_stays_here(ben, authority):
    row = issue(authority, common_name="Slipway console", usage="client")

    with pytest.raises(ServiceError, match="opens Docker engines"):
        export_key(row, form=PKCS12, password=PASSWORD, by=ben, reason=REASON)


def test_who_why_and_how_is_on_record_and_the_password_is_not(ben, certificate, client):
    client.force_login(ben)

    answer = client.post(url(certificate), {
        "form": PKCS12, "password": PASSWORD, "again": PASSWORD, "reason": REASON,
    })

    assert answer["Content-Disposition"] == 'attachment; filename="reg.example.com.p12"'
    assert "no-store" in answer["Cache-Control"]
    entry = LogEntry.objects.get(action=LogEntry.Action.ACCESS)
    assert (entry.actor, entry.object_pk) == (ben, str(certificate.pk))
    assert entry.additional_data == {"exported": "pkcs12", "reason": REASON}
    assert PASSWORD not in str(LogEntry.objects.values_list("changes", "additional_data"))


def test_the_page_says_what_is_missing_beside_the_field(ben, certificate, client):
    client.force_login(ben)

    text = client.post(url(certificate), {
        "form": PKCS12, "password": PASSWORD, "again": "another one", "reason": REASON,
    }).content.decode()

    assert "The two passwords differ." in text
    assert PASSWORD not in text
