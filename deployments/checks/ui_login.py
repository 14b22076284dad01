"""A person can log in through the login form of Harbor's pages."""

from deployments.clients import ADMINISTRATOR, trust_file
from lib.errors import Unreachable
from lib.http import Answer, JSONSession
from operations.errors import CheckFailed
from operations.run import Run

_PATIENCE = (5.0, 15.0)  # a person has left by then
_TOKEN = "X-Harbor-CSRF-Token"  # noqa: S105  (a header's name)


def check_ui_login(run: Run) -> str:
    """Page, form with its CSRF token, session cookie, the session's own user, log out."""
    instance = run.subject
    with JSONSession(
        instance.url, verify=trust_file(run), server_name=instance.fqdn,
        address=instance.host.address, cookies=True,
    ) as browser:
        page = _page(browser, instance.url)
        if page.status != 200 or "html" not in page.headers.get("Content-Type", ""):
            raise CheckFailed(
                f"{instance.url}/ answers {page.status}, not Harbor's page.",
                advice="Open the container logs of harbor-portal and nginx.",
            )
        _log_in(browser, instance.admin_password)
        user = browser.request("GET", "/api/v2.0/users/current").json() or {}
        browser.request("GET", "/c/log_out")
    if user.get("username") != ADMINISTRATOR:
        raise CheckFailed(
            "The login form accepts the administrator, but gives no session.",
            advice="Open the container logs of harbor-core and redis, which keeps the sessions.",
        )
    return f"{instance.url}/ shows Harbor's page; its form logs {user['username']} in and out"


def _page(browser: JSONSession, url: str) -> Answer:
    try:
        return browser.request("GET", "/", timeouts=_PATIENCE)
    except Unreachable as error:
        raise CheckFailed(
            f"{url}/ shows no page: {error.message}", detail=error.detail,
            advice="Open the container logs of harbor-portal and nginx; “Start” brings up what is "
                   "stopped.",
        ) from error


def _log_in(browser: JSONSession, password: str) -> None:
    # The first answer begins a session, the second carries its token (`harbor.md 5.1`).
    browser.request("GET", "/api/v2.0/systeminfo")
    token = browser.request("GET", "/api/v2.0/systeminfo").headers.get(_TOKEN, "")
    answer = browser.request(
        "POST", "/c/login", headers={_TOKEN: token},
        data={"principal": ADMINISTRATOR, "password": password},
    )
    if answer.status != 200:
        raise CheckFailed(
            f"Harbor's login form answers {answer.status} to the administrator.",
            advice="Check that the password kept with the instance is the one in Harbor, and that "
                   "no proxy stands in the way of /c/login.",
        )
