"""Who is let in: passwords, API keys, session cookies, missing rights."""

import ssl

import pytest
import requests

from lab.prism import PrismSimulator
from lab.prism.identity import COOKIE
from tests.lab.prism.caller import Caller

CLUSTERS = "/api/clustermgmt/v4.3/config/clusters"


def as_nobody(call: Caller) -> None:
    """Forget who we are."""
    call.session.auth = None
    call.session.cookies.clear()


def test_a_wrong_password_is_refused(call: Caller) -> None:
    call.session.auth = ("admin", "wrong")

    assert call("GET", CLUSTERS).status_code == 401


def test_the_body_of_a_401_is_whatever_the_knob_says(sim: PrismSimulator, call: Caller) -> None:
    as_nobody(call)

    for shape, beginning in (("json", "{"), ("html", "<html"), ("empty", "")):
        sim.knobs.unauthorized_body = shape
        answer = call("GET", CLUSTERS)
        assert answer.status_code == 401
        assert answer.text.startswith(beginning)
    assert answer.content == b""


def test_a_user_without_the_right_gets_403(sim: PrismSimulator, call: Caller) -> None:
    sim.add_user("viewer", "secret", denied={"volumes"})
    call.session.auth = ("viewer", "secret")

    assert call("GET", CLUSTERS).status_code == 200
    assert call("GET", "/api/volumes/v4.3/config/volume-groups").status_code == 403


def test_a_key_opens_until_it_is_revoked(sim: PrismSimulator, call: Caller) -> None:
    key = sim.add_api_key("k" * 32)
    sim.knobs.sends_cookie = False
    as_nobody(call)
    headers = {"X-ntnx-api-key": "k" * 32}

    assert call("GET", CLUSTERS, headers=headers).status_code == 200
    key.state = "REVOKED"
    assert call("GET", CLUSTERS, headers=headers).status_code == 401


def test_the_key_may_come_as_a_password(sim: PrismSimulator, call: Caller) -> None:
    sim.add_api_key("k" * 32)
    as_nobody(call)
    call.session.auth = ("X-ntnx-api-key", "k" * 32)

    assert call("GET", CLUSTERS).status_code == 200


def test_the_cookie_of_a_session_replaces_the_password(call: Caller) -> None:
    assert COOKIE in call("GET", CLUSTERS).cookies

    call.session.auth = None

    assert call("GET", CLUSTERS).status_code == 200


def test_an_expired_cookie_is_refused_even_beside_the_right_password(
    sim: PrismSimulator, call: Caller
) -> None:
    call("GET", CLUSTERS)
    sim.door.end_sessions()

    assert call("GET", CLUSTERS).status_code == 401
    call.session.cookies.clear()
    assert call("GET", CLUSTERS).status_code == 200


def test_a_user_is_locked_out_after_too_many_wrong_passwords(
    sim: PrismSimulator, call: Caller
) -> None:
    sim.knobs.lockout_after = 2
    call.session.auth = ("admin", "wrong")
    call("GET", CLUSTERS)
    call("GET", CLUSTERS)

    call.session.auth = (sim.username, sim.password)

    assert call("GET", CLUSTERS).status_code == 401


def test_nobody_gets_in_without_trusting_the_authority(sim: PrismSimulator) -> None:
    with requests.Session() as stranger:
        stranger.trust_env = False

        with pytest.raises(requests.exceptions.SSLError, match="certificate verify failed"):
            stranger.get(sim.url + CLUSTERS, timeout=10)


def test_shows_the_certificate_that_it_names(sim: PrismSimulator) -> None:
    host, _, port = sim.url.removeprefix("https://").partition(":")

    shown = ssl.get_server_certificate((host, int(port)))

    assert shown.split() == sim.certificate_pem.split()
