"""How long certificates live, when they are renewed and when people are warned."""

from datetime import timedelta

import pytest
from django.utils import timezone

from certificates.authorities import import_authority
from certificates.policy import alarm_at, renew_at, warn_at
from certificates.presenting import life_sign
from certificates.problems import Refused
from certificates.services import ensure_certificate, issue, make_authority
from certificates.signing import to_pem
from certificates.uploads import read_upload, record_upload
from tests.certificates.outside import NOW, Outside
from tests.certificates.rows import make_certificate_row


@pytest.mark.parametrize(("days", "renewed", "warned", "alarmed"), [
    (397, 265, 367, 390), (200, 134, 170, 193), (100, 67, 75, 93), (47, 31, 35, 42),
])
def test_every_lifetime_is_renewed_long_before_anybody_is_warned(days, renewed, warned, alarmed):
    span = NOW, NOW + timedelta(days=days)

    assert [(at - NOW).days for at in (renew_at(*span), warn_at(*span), alarm_at(*span))] == [
        renewed, warned, alarmed,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("passed", "sign"), [
    (1, "valid"), (34, "valid"), (36, "warning"), (43, "failed"), (48, "expired"),
])
def test_a_short_life_warns_in_time(passed, sign):
    now = timezone.now()
    row = make_certificate_row(not_before=now - timedelta(days=passed),
                               not_after=now + timedelta(days=47 - passed))

    assert life_sign(row) == sign


@pytest.mark.django_db
def test_a_certificate_knows_when_to_be_renewed(authority):
    row = issue(authority, common_name="a.example", names=["a.example"], days=90)

    assert 59 <= (row.renew_at - timezone.now()).days <= 60


@pytest.mark.django_db
def test_another_time_may_be_chosen(authority):
    row = issue(authority, common_name="a.example", names=["a.example"])
    row.renew_at = timezone.now()
    row.save()

    assert ensure_certificate(authority=authority, fqdn="a.example") != row


@pytest.mark.django_db
@pytest.mark.parametrize("days", [200, 100, 47])
def test_an_authority_has_a_limit_of_its_own(days):
    authority = make_authority("Short", longest_days=days)

    row = issue(authority, common_name="a.example", names=["a.example"])

    assert row.days_left == days - 1
    with pytest.raises(Refused, match=f"{days + 1} days are more than the policy of “Short”"):
        issue(authority, common_name="a.example", names=["a.example"], days=days + 1)


@pytest.mark.django_db
def test_the_console_has_a_limit_for_all(settings, authority):
    settings.CERTIFICATE_LONGEST_DAYS = 47

    assert issue(authority, common_name="a.example", names=["a.example"]).days_left == 46
    with pytest.raises(Refused, match="It lives for 90 days; the policy allows 47."):
        record_upload(read_upload(**Outside().texts()))


@pytest.mark.django_db
def test_an_upload_follows_the_limit_of_its_authority():
    outside = Outside()
    import_authority("Corp", to_pem(outside.middle.certificate) + to_pem(outside.root.certificate),
                     longest_days=30)

    with pytest.raises(Refused, match="It lives for 90 days; the policy allows 30."):
        record_upload(read_upload(**outside.texts()))
