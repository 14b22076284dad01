"""The live view through the web server itself, which dies and comes back."""

import json
import socket
from contextlib import closing

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from operations import services
from tests.operations.processes import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def port():
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def open_view(client, ben, port):
    client.force_login(ben)
    cookie = f"sessionid={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    def open_one(operation, after):
        """None while nobody listens."""
        address = f"ws://localhost:{port}/ws/operations/{operation.uuid}/?after={after}"
        try:
            return connect(
                address, additional_headers={"Cookie": cookie}, origin="http://localhost"
            )
        except OSError:
            return None

    return open_one


def numbers_from(view, *, until):
    """The numbers of the lines that come, until one is reached or the server is gone."""
    found = []
    try:
        while not found or found[-1] < until:
            message = json.loads(view.recv(timeout=60))
            found += [line["n"] for line in message.get("lines", [])]
    except ConnectionClosed:
        pass
    return found


def test_no_line_is_lost_or_doubled_when_the_web_server_is_killed(console, group, open_view, port):
    operation = services.start("write", group, owner=group, parameters={"lines": 20_000})
    last = 20_003
    web = console.serve(port)
    view = eventually(lambda: open_view(operation, 0), what="the web server")
    console.work()

    seen = numbers_from(view, until=3000)
    web.kill()
    web.wait()
    seen += numbers_from(view, until=last)
    console.serve(port)
    with eventually(lambda: open_view(operation, seen[-1]), what="the web server") as again:
        seen += numbers_from(again, until=last)

    assert seen == list(range(1, last + 1))


def test_the_web_server_itself_refuses_large_frames(console, group, open_view, port):
    operation = services.start("write", group, owner=group)
    console.serve(port)
    with eventually(lambda: open_view(operation, 0), what="the web server") as view:
        view.send("x" * 1_000_000)
        numbers_from(view, until=operation.last_line + 1)

        assert view.close_code == 1009
