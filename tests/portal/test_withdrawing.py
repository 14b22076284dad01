"""What was delivered is taken back: at its issuer or in Harbor, and who does it knows what is lost.
"""

import pytest
from cryptography import x509
from django.urls import reverse
from django.utils.translation import override

from certificates.keys import new_key
from certificates.services import revocation_list
from certificates.signing import make_request
from notices.models import Notice
from operations import runner
from operations.errors import Refused
from operations.models import Operation
from portal import services
from portal.giving_up import give_up
from portal.kinds import CertificateWanted, RobotWanted
from portal.models import Request
from tests.portal.conftest import a_project, log_of, person

pytestmark = pytest.mark.django_db
State = Request.State
FQDN = "app.example.com"


@pytest.fixture
def certified(delivered):
    """A certificate whose key was made here and waits for ada."""
    request = delivered(CertificateWanted(fqdn=FQDN, days=30))
    assert request.state == State.DELIVERED, log_of(request)
    return request


def is_on_the_list(certificate):
    found = x509.load_pem_x509_crl(revocation_list(certificate.authority).encode())
    row = found.get_revoked_certificate_by_serial_number(int(certificate.serial, 16))
    return row and row.extensions.get_extension_for_class(x509.CRLReason).value.reason


def test_a_withdrawn_certificate_is_revoked_with_the_reason_and_its_key_is_wiped(
    certified, ada, eve
):
    with pytest.raises(Refused):
        services.withdraw(certified, by=eve)
    assert is_on_the_list(certified.certificate) is None

    services.withdraw(certified, by=ada)

    certified.certificate.refresh_from_db()
    assert certified.state == State.WITHDRAWN
    assert certified.reason == "Withdrawn by ada; the certificate is revoked."
    assert (certified.certificate.state, certified.certificate.reason) == (
        "revoked", "cessationOfOperation"
    )
    assert is_on_the_list(certified.certificate) == x509.ReasonFlags.cessation_of_operation
    kept = certified.handovers.get()
    assert kept.secret == ""
    assert kept.wiped_at is not None
    with pytest.raises(Refused):
        services.withdraw(certified, by=ada)


def test_who_asked_hears_that_ops_withdrew_it(certified, ben):
    services.withdraw(certified, by=ben)

    told = Notice.objects.filter(key__contains=f"{certified.uuid}:1:withdrawn")
    assert [notice.address for notice in told] == ["ada@example.com"]


def test_a_certificate_that_cannot_be_revoked_stays_in_use(certified, client, ada):
    authority = certified.certificate.authority
    type(authority).objects.filter(pk=authority.pk).update(key_pem="")
    client.force_login(ada)

    page = client.post(reverse("portal:withdraw", args=[certified.uuid]), follow=True)

    certified.refresh_from_db()
    assert certified.state == State.DELIVERED
    assert "cannot be revoked here" in page.content.decode()
    assert certified.handovers.get().secret


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["with the reason: The service has ended", "private key", "accept it until"]),
    ("zh-hans", ["服务已终止", "私钥"]),
])
def test_the_page_before_says_what_is_lost_and_the_page_after_what_happened(
    certified, client, ada, language, words
):
    client.force_login(ada)
    client.cookies["django_language"] = language
    address = reverse("portal:withdraw", args=[certified.uuid])

    before = client.get(address).content.decode()
    with override(language):
        reason = str(certified.certificate.Reason.CESSATION.label)
    after = client.post(address, follow=True).content.decode()

    assert FQDN in before
    assert certified.certificate.serial in before
    assert [word for word in words if word not in before] == []
    assert reason in after
    assert reverse("portal:certificate", args=[certified.uuid]) not in after
    assert client.get(address).status_code == 404, "nothing is left to be withdrawn"


def test_the_page_before_names_account_registry_and_projects(delivered, client, ada, ben, tenants):
    delivered(a_project())
    request = delivered(RobotWanted(robot="ci", projects=["web"], actions=["push"]))
    client.force_login(ada)
    address = reverse("portal:withdraw", args=[request.uuid])

    page = client.get(address).content.decode()
    assert "robot$web+ci is deleted on" in page
    assert request.instance.registry_host in page
    assert "It works in web and may: Push images." in page
    assert "images stay as they are" in page
    assert not Operation.objects.filter(kind="withdraw-robot").exists(), "to look changes nothing"

    client.post(address)
    runner.execute(Operation.objects.get(kind="withdraw-robot").pk, threads=False)
    request.refresh_from_db()
    assert (tenants.robots, request.state) == ([], State.WITHDRAWN)


def test_the_page_follows_the_removal_and_says_when_it_fails(
    delivered, client, ada, ben, tenants, django_assert_max_num_queries
):
    delivered(a_project())
    request = delivered(RobotWanted(robot="ci", projects=["web"], actions=["push"]))
    client.force_login(ada)
    page, news, withdrawal = (
        reverse(f"portal:{name}", args=[request.uuid]) for name in ("request", "news", "withdraw")
    )

    client.post(withdrawal)
    shown = client.get(page)
    assert b"is being removed from the registry" in shown.content
    assert withdrawal.encode() not in shown.content
    as_seen = {"seen": shown.context["seen"]}
    assert "HX-Refresh" not in client.get(news, as_seen)

    tenants.broken[f"/api/v2.0/robots/{request.robots.get().harbor_id}"] = (503, b"")
    runner.execute(Operation.objects.get(kind="withdraw-robot").pk, threads=False)

    assert client.get(news, as_seen)["HX-Refresh"] == "true"
    with django_assert_max_num_queries(12):
        failed = client.get(page)
    assert b"could not be removed from the registry" in failed.content
    assert withdrawal.encode() in failed.content
    tenants.broken.clear()
    client.post(withdrawal)
    runner.execute(Operation.objects.filter(kind="withdraw-robot").first().pk, threads=False)
    request.refresh_from_db()
    assert (tenants.robots, request.state) == ([], State.WITHDRAWN)


def test_a_project_is_not_withdrawn_and_its_page_says_what_becomes_of_the_images(
    delivered, client, ada
):
    request = delivered(a_project())
    client.force_login(ada)

    page = client.get(reverse("portal:request", args=[request.uuid])).content.decode()

    assert "with its images" in page
    assert client.get(reverse("portal:withdraw", args=[request.uuid])).status_code == 404
    with pytest.raises(Refused):
        services.withdraw(request, by=ada)


def test_who_may_not_withdraw_is_shown_no_way(certified, client, dora):
    client.force_login(dora)

    assert "Withdraw…" not in client.get(
        reverse("portal:request", args=[certified.uuid])
    ).content.decode()
    assert client.get(reverse("portal:withdraw", args=[certified.uuid])).status_code == 404
    client.force_login(person("stranger"))
    assert client.get(reverse("portal:withdraw", args=[certified.uuid])).status_code == 404


def test_what_was_signed_for_a_delivery_that_is_given_up_is_revoked(delivered):
    csr = make_request(FQDN, new_key(), names=[FQDN], addresses=[], usage="server")
    request = delivered(CertificateWanted(fqdn=FQDN, csr=csr, days=30))
    Request.objects.filter(pk=request.pk).update(state=State.WITHDRAWN)
    request.refresh_from_db()

    give_up(request)

    request.certificate.refresh_from_db()
    assert request.certificate.state == "revoked"
