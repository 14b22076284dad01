"""Every socket of the console: who is told what, and who is sent away with which code."""

import json

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.utils.module_loading import import_string

from config.routing import websocket_urlpatterns
from operations import sockets
from tests.access.people import PEOPLE, browsers
from tests.access.things import thing_of

pytestmark = pytest.mark.django_db(transaction=True)

SEES = {"requester", "ops", "auditor", "administrator"}
# The route, what it is about, and who sees it; a new socket wants a line here.
SOCKETS = {
    "ws/operations/<uuid:uuid>/": ("operations", SEES),
    "ws/containers/<uuid:uuid>/<slug:container>/": ("deployments", SEES),
}


def test_every_socket_has_a_line():
    assert {str(route.pattern) for route in websocket_urlpatterns} == set(SOCKETS)


@pytest.mark.parametrize("route", SOCKETS)
async def test_strangers_are_sent_away(route, queues):
    room, allowed = SOCKETS[route]
    thing, cookies = await _prepared(room)
    path = "/" + route.replace("<uuid:uuid>", str(thing.uuid)).replace(
        "<slug:container>", "harbor-core"
    )

    codes = {name: await code_for(path, cookies[name]) for name in PEOPLE}
    expected = dict.fromkeys(PEOPLE, sockets.UNKNOWN) | dict.fromkeys(allowed, None)
    assert codes == expected | {"anonymous": sockets.SIGNED_OUT}
    # What is not there and what one may not see look the same.
    elsewhere = path.replace(str(thing.uuid), "00000000-0000-4000-8000-000000000000")
    assert await code_for(elsewhere, cookies["ops"]) == sockets.UNKNOWN


@pytest.mark.parametrize("route", SOCKETS)
async def test_pages_of_other_sites_open_no_socket(route, queues):
    thing, cookies = await _prepared(SOCKETS[route][0])
    path = "/" + route.replace("<uuid:uuid>", str(thing.uuid)).replace(
        "<slug:container>", "harbor-core"
    )

    assert await code_for(path, cookies["ops"], origin=b"https://elsewhere.example") == 403


async def code_for(path, cookie, origin=b"http://localhost"):
    """The code the socket was closed with; None when it stays open, 403 when it never opened."""
    application = import_string(settings.ASGI_APPLICATION)
    socket = ApplicationCommunicator(application, {
        "type": "websocket", "path": path, "query_string": b"", "subprotocols": [],
        "headers": [(b"host", b"localhost"), (b"origin", origin), (b"cookie", cookie.encode())],
    })
    await socket.send_input({"type": "websocket.connect"})
    answer = await socket.receive_output(timeout=10)
    if answer["type"] != "websocket.accept":
        return 403
    try:
        return await _close_code(socket)
    finally:
        await socket.send_input({"type": "websocket.disconnect", "code": 1001})
        await socket.wait(timeout=10)


async def _close_code(socket):
    try:
        answer = await socket.receive_output(timeout=2)
    except TimeoutError:
        return None
    if answer["type"] == "websocket.close":
        return answer["code"]
    assert json.loads(answer["text"])["kind"]
    return None


@database_sync_to_async
def _prepared(room):
    """The object, and the session cookie of each person."""
    thing, name = thing_of(room), settings.SESSION_COOKIE_NAME
    cookies = {
        who: f"{name}={browser.cookies[name].value}" if name in browser.cookies else ""
        for who, browser in browsers().items()
    }
    return thing, cookies
