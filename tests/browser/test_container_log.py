"""The page of a container's log; its socket is spoken by the test, as the engine's reader would."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from deployments.models import HarborInstance, Release
from hosts.models import DockerHost

pytestmark = pytest.mark.browser


class Socket:
    """The server's end of the page's socket, each time it is opened anew."""

    def __init__(self, page):
        self.page, self.opened = page, []
        page.route_web_socket("**/ws/containers/**", lambda opened: self.opened.append(opened))

    def wait_for(self, count):
        """Until the page has opened its socket `count` times."""
        while len(self.opened) < count:
            self.page.wait_for_timeout(20)

    def lines(self, *numbers, skipped=0):
        lines = [
            {"at": f"2026-01-01T00:00:00.{number:09}Z", "text": f"line {number}"}
            for number in numbers
        ]
        self.say(kind="lines", lines=lines, skipped=skipped)

    def say(self, **message):
        self.opened[-1].send(json.dumps(message))

    @property
    def asked_after(self):
        return parse_qs(urlsplit(self.opened[-1].url).query).get("after", [""])[0]


@pytest.fixture
def socket(page):
    return Socket(page)


@pytest.fixture
def log(page, socket):
    """The lines on the page of a core container's log, connected."""
    host = DockerHost.objects.create(name="reg-01", address="192.0.2.1")
    release = Release.objects.create(version="v2.13.0", source="registry")
    instance = HarborInstance.objects.create(
        name="reg-01", fqdn="registry.example.com", release=release, host=host, state="running"
    )
    page.goto(reverse("deployments:container-log", args=[instance.uuid, "harbor-core"]))
    socket.wait_for(1)
    return page.locator("[data-lines] .text")


def test_lines_arrive_and_a_slow_viewer_is_told_what_it_missed(page, socket, log):
    socket.lines(1, 2)
    socket.lines(9, skipped=6)

    page.get_by_text("line 9").wait_for()
    assert log.all_text_contents() == [
        "line 1", "line 2", "6 lines were skipped: this browser was too slow for them.", "line 9",
    ]


def test_a_lost_connection_goes_on_after_the_last_line(page, socket, log):
    socket.lines(1, 2)
    page.get_by_text("line 2").wait_for()

    socket.opened[-1].close(code=1012)
    page.get_by_text("Connection lost.").wait_for()
    socket.wait_for(2)
    assert socket.asked_after == "2026-01-01T00:00:00.000000002Z"
    socket.lines(2, 3)

    page.get_by_text("line 3").wait_for()
    assert log.all_text_contents() == ["line 1", "line 2", "line 3"]
    assert not page.get_by_text("Connection lost.").is_visible()


def test_a_trouble_of_the_engine_is_said_and_taken_back(page, socket, log):
    socket.say(kind="problem", text="Docker host reg-01 does not answer.")
    page.get_by_text("Docker host reg-01 does not answer.").wait_for()

    socket.lines(1)

    page.get_by_text("line 1").wait_for()
    assert not page.get_by_text("Docker host reg-01 does not answer.").is_visible()


def test_who_may_not_see_it_any_more_is_told_so_and_the_page_stops_asking(page, socket, log):
    page.clock.install()

    socket.opened[-1].close(code=4403)

    page.get_by_text("no longer allowed to see this").wait_for()
    page.clock.run_for(60_000)
    assert len(socket.opened) == 1
