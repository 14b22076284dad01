"""A team gets a registry and all it needs on it at browsers; an engine of the lab uses it.

A push that is too big is one of more than a gibibyte: less space cannot be asked for.
"""

import json

import pytest
from playwright.sync_api import Error, expect

from lab.control import Lab

pytestmark = [pytest.mark.lab, pytest.mark.browser, pytest.mark.full]
LONG = 240_000
REGISTRY = "acme.lab.test"
SECRET = "correct horse battery"
PEOPLE = f"""
from django.contrib.auth.models import Group, User
from portal.models import Team
from portal.roles import OPS
sailors = Group.objects.create(name="sailors")
Team.objects.create(name="Sailors", group=sailors)
for name, group in (("ada", sailors), ("ben", Group.objects.get(name=OPS))):
    User.objects.create_user(name, password={SECRET!r}).groups.add(group)
"""


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser, console, name):
        self.context = browser.new_context(base_url=console.url, ignore_https_errors=True)
        self.page, self.console = self.context.new_page(), console
        self.visit("/login/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(SECRET)
        self.press("Sign in")

    def visit(self, address):
        """Again when a machine's interface came or went: Chromium breaks off what it loads then."""
        for _ in range(5):
            try:
                return self.page.goto(address)
            except Error as error:
                if "ERR_NETWORK_CHANGED" not in error.message:
                    raise
        raise AssertionError(f"{address} cannot be loaded")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name):
        self.page.get_by_role("link", name=name).first.click()

    def ask_for(self, what, fields, *, choices=(), ticks=()):
        """Fill the form that the catalogue or the team's page leads to, and submit it."""
        self.visit("/portal/")
        for link in what:
            self.follow(link)
        for label, value in fields.items():
            self.page.get_by_label(label).first.fill(value)
        for label, choice in choices:
            self.page.get_by_label(label).first.select_option(choice)
        for label in ticks:
            self.page.get_by_label(label).check()
        self.press("Continue to the summary")
        self.press("Submit the request")
        self.page.get_by_text("One of those who decide requests must agree.").wait_for()

    def approve(self, what):
        self.visit("/portal/inbox/")
        self.page.get_by_label(f"Choose {what} of Sailors").check()
        self.press("Approve the chosen")
        self.page.get_by_text("1 request decided.").wait_for()

    def see_delivered(self):
        """The page of the request, which nobody loads again."""
        state = self.page.locator("h1 + .chip")
        try:
            expect(state).to_have_text("Delivered", timeout=LONG)
        except AssertionError:
            raise AssertionError(self.console.story()) from None

    def take_secret(self):
        self.press("Show the secret once")
        secret = self.page.locator("#secret").inner_text()
        self.follow("I have kept it")
        return secret


@pytest.fixture
def people(console, page):
    """Ada of the team and Ben of ops, each signed in."""
    console.manage("shell", "-c", PEOPLE)
    browser = page.context.browser
    ada, ben = (Person(browser, console, name) for name in ("ada", "ben"))
    yield ada, ben
    ada.context.close()
    ben.context.close()


class Engine:
    """The docker command on the registry's machine, as one person at a time."""

    def __init__(self):
        self.lab = Lab.connect()

    def run(self, *command, as_=""):
        folder = f"/var/tmp/{as_}"  # noqa: S108  (of a machine that the test makes)
        return self.lab.inside("acme", "env", f"DOCKER_CONFIG={folder}", *command)

    def login(self, name, secret):
        return self.run("docker", "login", "-u", name, "-p", secret, REGISTRY, as_=name)

    def make(self, name, size):
        """An image of so many random bytes."""
        image = f"{REGISTRY}/web/{name}:1"
        made = self.run("sh", "-c", (
            f"head -c {size} /dev/urandom > /var/tmp/{name} && "
            f"tar -C /var/tmp -c {name} | docker import - {image} && rm /var/tmp/{name}"
        ))
        assert made.returncode == 0, made.stderr
        return image

    def digest(self, image):
        seen = json.loads(self.run("docker", "image", "inspect", image).stdout)
        return seen[0]["RepoDigests"]


def test_a_team_asks_for_everything_and_an_engine_uses_it(people):
    ada, ben = people
    ada.ask_for(
        ["Ask for something", "We need a registry of our own"],
        {"Name": "acme", "Domain name": REGISTRY},
    )
    ben.approve("Registry acme")
    expect(ada.page.get_by_role("heading", name="Steps")).to_be_visible(timeout=30_000)
    ada.see_delivered()
    ada.visit("/portal/")
    running = ada.page.get_by_role("row").filter(has_text=REGISTRY).get_by_text("Running").last
    expect(running).to_be_visible()

    ada.ask_for(
        ["Ask for something", "We need a place for our images"],
        {"Name of the project": "web", "Space, GiB": "1", "User name": "carl",
         "Mail address": "carl@example.com"},
        choices=[("Role", "guest")],
    )
    ben.approve("Project web")
    ada.see_delivered()
    guest = ada.take_secret()
    ada.ask_for(["a robot web"], {"Name of the account": "ci"}, ticks=["Push images"])
    ben.approve("Robot account ci")
    ada.see_delivered()
    robot, its_page = ada.take_secret(), ada.page.url
    engine = an_engine_uses_it(ada, ben, robot=robot, guest=guest)

    ada.visit(its_page)
    ada.follow("Withdraw…")
    ada.press("Withdraw the account")
    expect(ada.page.locator("h1 + .chip")).to_have_text("Withdrawn", timeout=30_000)
    assert engine.login("robot$web+ci", robot).returncode != 0


def an_engine_uses_it(ada, ben, *, robot, guest):
    """What the robot and the guest may do, and what the project's space lets through."""
    engine, ci = Engine(), "robot$web+ci"
    assert engine.login(ci, robot).returncode == 0
    assert engine.login("carl", guest).returncode == 0
    small, large = engine.make("small", "64k"), engine.make("large", "1100M")
    pushed = engine.run("docker", "push", small, as_=ci)
    assert pushed.returncode == 0, pushed.stderr

    digest = engine.digest(small)
    assert engine.run("docker", "rmi", small).returncode == 0
    assert engine.run("docker", "pull", small, as_="carl").returncode == 0
    assert engine.digest(small) == digest
    refused = engine.run("docker", "push", small, as_="carl")
    assert "denied" in refused.stderr or "unauthorized" in refused.stderr

    too_big = engine.run("docker", "push", large, as_=ci)
    assert "exceed the configured upper limit" in too_big.stderr
    ada.ask_for(["more space web"], {"Space the project is to have, GiB": "2"})
    ben.approve("More space web")
    ada.see_delivered()
    pushed = engine.run("docker", "push", large, as_=ci)
    assert pushed.returncode == 0, pushed.stderr
    return engine
