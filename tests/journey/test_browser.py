"""A person signs in, clicks Deploy, and watches until the registry is proved, without a reload."""

import http.client
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journey.conftest import command_of
from tests.operations.processes import children_of, eventually

pytestmark = [pytest.mark.lab, pytest.mark.browser]
LONG = 240_000


def test_deploys_by_clicking_and_watches_it_live(console, page):
    page.goto(f"{console.url}/login/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(console.password)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{console.url}/admin/deployments/harborinstance/")
    page.get_by_role("link", name="demo", exact=True).first.click()
    page.get_by_role("link", name="Deploy", exact=True).click()
    page.get_by_role("button", name="Deploy", exact=True).click()
    page.wait_for_url("**/operations/**")
    page.evaluate("window.neverReloaded = true")

    expect(page.get_by_text("Made machine demo").first).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Loaded 10 images").first).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Background jobs run").first).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Succeeded after").first).to_be_visible(timeout=LONG)

    assert page.evaluate("window.neverReloaded"), "the page was loaded again"
    assert console.state() == ("succeeded", 1)
    two_people_watch_a_container(console, page)


def two_people_watch_a_container(console, page):
    """What nginx was asked before and is asked now; one reader at the engine for both."""
    page.goto(f"{console.url}/admin/deployments/harborinstance/")
    page.get_by_role("link", name="demo", exact=True).first.click()
    page.get_by_role("link", name="nginx").first.click()
    page.get_by_role("heading", name="Log of nginx at demo").wait_for()
    other = page.context.new_page()
    other.goto(page.url)
    for viewer in (page, other):
        expect(viewer.get_by_text("/api/v2.0/ping?mark=").last).to_be_visible()

    ask_nginx(console, "/?mark=while-two-watch")

    for viewer in (page, other):
        expect(viewer.get_by_text("/?mark=while-two-watch")).to_have_count(1)
    eventually(lambda: readers_at_the_engine(console) == 1, within=30, what="one reader for both")
    page.get_by_role("navigation", name="Containers").get_by_role("link", name="redis").click()
    page.get_by_role("heading", name="Log of redis at demo").wait_for()


def ask_nginx(console, path):
    [(address,)] = console.ask("select address from hosts_dockerhost")
    connection = http.client.HTTPConnection(address, 80, timeout=10)
    connection.request("GET", path)
    assert connection.getresponse().status == 308
    connection.close()


def readers_at_the_engine(console):
    """How many connections of the web process lead to port 2376 (proc(5): /proc/net/tcp)."""
    [web] = [pid for pid in children_of(console.server.pid) if "web" in command_of(pid)]
    rows = [line.split() for line in Path(f"/proc/{web}/net/tcp").read_text().splitlines()[1:]]
    to_engine = {f"socket:[{row[9]}]" for row in rows if row[2].endswith(f":{2376:04X}")}
    folder = Path(f"/proc/{web}/fd")
    return sum(os.readlink(file) in to_engine for file in folder.iterdir())
