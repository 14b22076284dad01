"""The API client minds Harbor's manners and says what went wrong."""

import pytest

from harbor.api import HarborError
from harbor.client import HarborClient
from lib.errors import Unreachable


@pytest.fixture
def client(small_harbor):
    with HarborClient(
        small_harbor.host, address="127.0.0.1", ca_file=small_harbor.ca_file,
        username="admin", password=small_harbor.password,
    ) as client:
        yield client


def stranger(small_harbor, **changes):
    options = {
        "address": "127.0.0.1", "ca_file": small_harbor.ca_file, "username": "admin",
        "password": "Wrong1234567",
    }
    return HarborClient(small_harbor.host, **options | changes)


def test_health_is_read_from_the_document_not_from_the_status(small_harbor, client):
    small_harbor.components = [
        {"name": "core", "status": "healthy"},
        {"name": "redis", "status": "unhealthy", "error": "connection refused"},
        {"name": "portal", "status": "unhealthy"},
    ]

    assert client.health() == {
        "core": "", "redis": "connection refused", "portal": "unhealthy",
    }


def test_a_health_report_without_components_is_no_health(client):
    with pytest.raises(HarborError, match="lists no components"):
        client.health()


def test_keeps_no_cookie_so_that_a_second_change_is_not_refused(small_harbor, client):
    assert client.ensure_project("team-a") is True
    assert client.ensure_project("team-b") is True

    assert all("Cookie" not in request.headers for request in small_harbor.requests)


def test_an_existing_project_is_fine(client):
    client.ensure_project("team-a", quota=1024)

    assert client.ensure_project("team-a") is False
    assert client.find_project("team-a")["name"] == "team-a"
    assert client.find_project("team") is None


def test_names_made_of_digits_are_sent_as_names(small_harbor, client):
    client.find_project("123")

    assert small_harbor.requests[-1].headers["X-Is-Resource-Name"] == "true"


def test_tells_a_wrong_password_from_an_error(small_harbor, client):
    assert client.current_user()["username"] == "admin"
    with stranger(small_harbor) as other:
        assert other.current_user() is None


def test_changes_only_the_settings_it_is_given(small_harbor, client):
    small_harbor.configuration = {"auth_mode": "db_auth", "read_only": False}

    client.configure({"read_only": True})

    assert client.configuration() == {"auth_mode": "db_auth", "read_only": True}


def test_schedules_can_be_set_twice(small_harbor, client):
    client.schedule_gc()
    client.schedule_gc()
    client.schedule_purge(hours=2160)

    assert [request.command for request in small_harbor.requests] == ["POST", "POST", "PUT", "POST"]


def test_a_dry_run_of_gc_is_followed_by_its_number(client):
    job = client.start_gc(dry_run=True)

    assert job == 17
    assert client.gc_status(job) == "Success"


def test_repository_names_are_encoded_twice(small_harbor, client):
    assert client.artifact("team-a", "a/b", "v1") is None

    assert "/repositories/a%252Fb/artifacts/v1" in small_harbor.requests[-1].path


def test_a_html_answer_while_core_is_down_becomes_a_sentence(small_harbor, client):
    small_harbor.broken["/api/v2.0/health"] = (502, b"<html>Bad Gateway</html>")

    with pytest.raises(HarborError, match="core does not answer yet"):
        client.health()


def test_an_error_carries_harbors_reason_and_no_password(small_harbor, client):
    small_harbor.broken["/api/v2.0/configurations"] = (
        400, b'{"errors":[{"code":"BAD_REQUEST","message":"auth_mode cannot be changed"}]}'
    )

    with pytest.raises(HarborError, match="auth_mode cannot be changed") as caught:
        client.configure({"auth_mode": "ldap_auth"})

    assert caught.value.status == 400
    assert small_harbor.password not in str(vars(caught.value))


def test_a_certificate_of_another_authority_is_refused(small_harbor):
    with stranger(small_harbor, ca_file="/etc/ssl/certs/ca-certificates.crt") as other, \
            pytest.raises(Unreachable) as caught:
        other.health()

    assert caught.value.kind == "tls"
