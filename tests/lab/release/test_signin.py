"""Sessions of a browser and the guard against forged requests."""

import pytest

from tests.lab.release.deployment import ADMIN, Deployment, Session

pytestmark = pytest.mark.lab
TOKEN = "X-Harbor-CSRF-Token"


@pytest.fixture
def browser(deployment: Deployment) -> Session:
    """Keeps cookies, sends no password by itself."""
    session = deployment.session(auth=None)
    session.keeps_cookies = True
    return session


def test_signs_in_by_form_and_is_known_afterwards(browser: Session):
    answer = _sign_in(browser, ADMIN[1])

    assert answer == 200
    assert browser.get("/api/v2.0/users/current").json()["username"] == "admin"


def test_refuses_a_wrong_password_in_the_form(browser: Session):
    assert _sign_in(browser, "Wrong1234") == 401
    assert browser.get("/api/v2.0/users/current").status_code == 401


def test_refuses_the_form_without_its_token(browser: Session):
    answer = browser.post("/c/login", data={"principal": "admin", "password": ADMIN[1]})

    assert answer.status_code == 403
    assert "CSRF token not found" in answer.json()["errors"][0]["message"]


def test_refuses_a_change_that_carries_the_session_cookie_without_a_token(admin: Session):
    admin.keeps_cookies = True
    admin.get("/api/v2.0/projects")
    refused = admin.post("/api/v2.0/projects", json={"project_name": "never"})
    admin.keeps_cookies = False
    allowed = admin.post("/api/v2.0/projects", json={"project_name": "library"})

    assert (refused.status_code, allowed.status_code) == (403, 409)


def test_signs_out(browser: Session):
    _sign_in(browser, ADMIN[1])
    browser.get("/c/log_out")

    assert browser.get("/api/v2.0/users/current").status_code == 401


def _sign_in(browser: Session, password: str) -> int:
    browser.get("/api/v2.0/systeminfo")
    token = browser.get("/api/v2.0/systeminfo").headers[TOKEN]
    return browser.post("/c/login", headers={TOKEN: token},
                        data={"principal": "admin", "password": password}).status_code
