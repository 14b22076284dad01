"""One session cookie per Prism and login; a changed certificate is an alarm."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from nutanix.models import Prism
from nutanix.prism.errors import CertificateChanged
from nutanix.prism.trust import served_by
from nutanix.services import verify


def with_credentials(prism):
    """Requests that made Prism look at the password; anybody may ask for the version."""
    entries = prism.journal.entries()
    return [e for e in entries if "authorization" in e.headers and e.method != "OPTIONS"]


def test_clients_of_one_login_share_one_session(prism, open_client):
    for _ in range(3):
        open_client().clusters()

    assert len(with_credentials(prism)) == 1


def test_many_at_once_log_in_once(prism, open_client):
    clients = [open_client() for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda client: client.clusters(), clients))

    assert len(with_credentials(prism)) == 1


def test_another_password_does_not_ride_on_the_session(prism, open_client):
    prism.add_user("other", "other-password")
    open_client().clusters()

    open_client(username="other", password="other-password").clusters()

    assert len(with_credentials(prism)) == 2


def test_a_prism_without_cookies_is_asked_with_the_password_each_time(prism, open_client):
    prism.knobs.sends_cookie = False
    client = open_client()

    client.clusters()

    client.subnets(prism.cluster.uuid)
    assert len(with_credentials(prism)) == len(prism.journal.entries("GET")) == 2


@pytest.mark.parametrize("cookie", ["JSESSIONID", "NTNX_IGW_SESSION"])
def test_the_cookie_of_a_prism_element_is_used_whatever_its_name(prism, open_element, cookie):
    prism.knobs.v2_cookie = cookie
    element = open_element()

    element.clusters()
    element.images("")

    assert len(with_credentials(prism)) == 1


def test_the_user_name_of_other_tools_means_an_api_key(prism, open_client):
    prism.add_api_key("k" * 40)

    assert open_client(username="X-ntnx-api-key", password="k" * 40).clusters()
    assert "x-ntnx-api-key" in prism.journal.entries()[0].headers


@pytest.mark.django_db
def test_a_replaced_certificate_stops_everything_and_is_told(prism):
    row = Prism.objects.create(
        name="main", address=prism.url, username=prism.username, password=prism.password,
        fingerprint=served_by(prism.url).fingerprint,
    )
    verify(row)
    asked = len(prism.journal)
    prism.fail_next(certificate="unknown", times=2)

    with pytest.raises(CertificateChanged, match="not the one that was confirmed"):
        verify(row)

    assert len(prism.journal) == asked
    assert "SHA-256 fingerprint" in row.problem
    assert "somebody may stand between" in row.problem
