"""The journey of a request at two browsers, by mouse and by keyboard alone, and for everybody."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import Error

from operations import runner
from portal.models import Handover, Offer, Request, Team
from portal.roles import OPS
from tests.browser.portal_rows import make_portal
from tests.portal.conftest import registry, tenants  # noqa: F401  (fixtures)

pytestmark = pytest.mark.browser


@pytest.fixture
def window(chromium, console):
    """A browser in which somebody is signed in; whatever it complains about fails the test."""
    opened = []

    def open_for(person: User, **options):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        context = chromium.new_context(base_url=console.url, **options)
        context.add_cookies([
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": console.url}
        ])
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        opened.append(page)
        return page

    yield open_for
    for page in opened:
        page.context.close()
    assert [page.complaints for page in opened if page.complaints] == []


@pytest.fixture
def team(console, registry, tenants):  # noqa: F811
    made = Team.objects.create(name="Sailors", group=Group.objects.create(name="sailors"))
    Offer.objects.create(instance=registry)
    return made


@pytest.fixture
def requester(team):
    return person("ada", team.group)


@pytest.fixture
def approver(team):
    return person("ben", Group.objects.get(name=OPS))


def person(name, group):
    made = User.objects.create_user(name, email=f"{name}@example.com", password="a long secret")
    made.groups.add(group)
    return made


def deliver():
    """What the worker does."""
    request = Request.objects.get(state="delivering")
    runner.execute(request.operation_id, threads=False)


def submit(page):
    page.get_by_role("button", name="Continue to the summary").click()
    page.get_by_role("button", name="Submit the request").click()
    page.get_by_text("One of those who decide requests must agree.").wait_for()


def test_ask_approve_delivered_and_the_secret_once(window, team, requester, approver, tenants):  # noqa: F811
    at_team, at_ops = window(requester), window(approver)
    at_team.goto("/")
    at_team.get_by_role("link", name="Ask for something").click()
    at_team.get_by_role("link", name="We need a place for our images").click()
    at_team.get_by_label("Name of the project").press_sequentially("web")
    at_team.get_by_text("web is free on").wait_for()
    submit(at_team)

    at_ops.goto("/")
    at_ops.get_by_label("Choose Project web of Sailors").check()
    at_ops.get_by_role("button", name="Approve the chosen").click()
    at_ops.get_by_text("1 request decided.").wait_for()
    at_team.get_by_role("heading", name="Steps").wait_for()
    deliver()
    at_team.get_by_role("heading", name="How to use it").wait_for()
    assert "web" in tenants.projects

    at_team.get_by_role("link", name="Sailors").first.click()
    at_team.get_by_role("link", name="a robot web").click()
    at_team.get_by_label("Name of the account").fill("ci")
    at_team.get_by_label("Push images").check()
    submit(at_team)
    at_ops.goto("/portal/inbox/")
    at_ops.get_by_role("link", name="Robot account ci").click()
    at_ops.get_by_label("Comment").fill("Welcome")
    at_ops.get_by_role("button", name="Approve").click()
    at_team.get_by_role("heading", name="Steps").wait_for()
    deliver()

    secret = Handover.objects.get().secret
    at_team.get_by_role("button", name="Show the secret once").click()
    at_team.get_by_role("heading", name="The secret of robot$web+ci").wait_for()
    assert at_team.locator("#secret").inner_text() == secret
    at_team.get_by_role("link", name="I have kept it").click()
    at_team.get_by_text("docker login --username 'robot$web+ci'").wait_for()
    assert at_team.get_by_role("button", name="Show the secret once").count() == 0
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        at_team.go_back()
    at_team.complaints.clear()


def walk_to(page, name):
    """Press Tab until what has this name is focused, as who has no mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if name in page.evaluate(NAME_OF_FOCUSED):
            return
    raise AssertionError(f"Tab never comes to {name}")


NAME_OF_FOCUSED = """() => {
  const at = document.activeElement;
  const label = at.labels?.[0]?.textContent ?? "";
  return [at.ariaLabel ?? "", label, at.textContent].join(" ");
}"""


def press(page, name, key="Enter"):
    walk_to(page, name)
    page.keyboard.press(key)


def test_the_journey_by_keyboard_alone(window, requester, approver, tenants):  # noqa: F811
    page = window(requester)
    page.goto("/portal/")
    press(page, "Ask for something")
    page.wait_for_url("**/ask/")
    press(page, "We need a place for our images")
    page.wait_for_url("**/ask/project/")
    walk_to(page, "Name of the project")
    page.keyboard.type("web")
    press(page, "Continue to the summary")
    page.wait_for_url("**/requests/**")
    press(page, "Submit the request")
    page.get_by_text("One of those who decide requests must agree.").wait_for()

    ops = window(approver)
    ops.goto("/portal/inbox/")
    press(ops, "Choose Project web", "Space")
    press(ops, "Approve the chosen")
    ops.get_by_text("1 request decided.").wait_for()


@pytest.fixture
def portal(console):
    return make_portal()


def serious(page, name):
    found = Axe().run(page).response["violations"]
    return [
        f"{name}: {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_no_page_is_too_wide(window, portal, scheme):
    found = []
    for person_, pages in ((portal.requester, portal.of_the_requester()),
                           (portal.approver, portal.of_the_approver())):
        page = window(person_, color_scheme=scheme, viewport={"width": 390, "height": 844})
        for name, address in pages.items():
            assert page.goto(address).ok, address
            found += serious(page, name)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{name} is wider than a phone")

    assert found == []


def test_the_sign_in_page_and_the_secret_for_everybody(chromium, console, portal, window):
    anonymous = chromium.new_page(base_url=console.url)
    assert anonymous.goto("/login/?next=/portal/").ok
    assert serious(anonymous, "login") == []
    anonymous.close()
    page = window(portal.requester)
    page.goto(portal.of_the_requester()["request-delivered"])
    page.get_by_role("button", name="Show the secret once").click()
    page.get_by_role("heading", name="The secret of").wait_for()
    assert serious(page, "secret") == []
