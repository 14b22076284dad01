"""The live view: everything once and in order, only for those who may, with and without Redis."""

import asyncio
import json
import threading
from unittest.mock import patch

import pytest
import redis
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.utils.module_loading import import_string
from django.utils.translation import override

from operations import consumers, runner, services, sockets, watching
from operations.models import LogLine, Operation

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = (b"origin", b"http://localhost")
HOST = (b"host", b"localhost")


@pytest.fixture
def cookie_of():
    def sign_in(user):
        client = Client()
        client.force_login(user)
        return (
            f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        )

    return sign_in


@pytest.fixture
def operation(console, group):
    return services.start("write", group, owner=group, parameters={"lines": 20})


@pytest.fixture(autouse=True)
async def _leaves_nothing_behind():
    yield
    assert not watching._watches


class Viewer:
    """One browser."""

    def __init__(self, operation, cookie, *, after=0, origin=ORIGIN):
        scope = {
            "type": "websocket",
            "path": f"/ws/operations/{operation.uuid}/",
            "query_string": f"after={after}".encode(),
            "headers": [HOST, origin, (b"cookie", cookie.encode())],
            "subprotocols": [],
        }
        # Not before the settings of this test: static files are looked for when it is loaded.
        application = import_string(settings.ASGI_APPLICATION)
        self.socket = ApplicationCommunicator(application, scope)
        self.states, self.lines, self.code = [], [], None

    async def __aenter__(self):
        await self.socket.send_input({"type": "websocket.connect"})
        answer = await self.socket.receive_output(timeout=10)
        self.accepted = answer["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *error):
        # Servers say so also after a close of our own.
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.socket.wait(timeout=10)

    async def say(self, text):
        await self.socket.send_input({"type": "websocket.receive", "text": text})

    async def read(self, *, until, within=30):
        async with asyncio.timeout(within):
            while not until(self):
                await self._take(await self.socket.receive_output(timeout=within))
        return self

    async def _take(self, message):
        if message["type"] == "websocket.close":
            self.code = message["code"]
            return
        data = json.loads(message["text"])
        if data["kind"] == "state":
            self.states.append(data)
        else:
            self.lines += data["lines"]

    @property
    def numbers(self):
        return [line["n"] for line in self.lines]


def is_closed(viewer):
    return viewer.code is not None


def has_ended(viewer):
    state = viewer.states[-1] if viewer.states else None
    return (
        state and state["operation"]["finished_at"] and viewer.numbers[-1:] == [state["last_line"]]
    )


def execute(operation):
    """In a thread with its own connection, as a worker does."""
    return in_a_thread(runner.execute, operation.pk)


async def in_a_thread(function, *arguments):
    def call():
        try:
            return function(*arguments)
        finally:
            connections.close_all()

    return await asyncio.to_thread(call)


@database_sync_to_async
def add_lines(operation, count):
    operation.refresh_from_db()
    first = operation.last_line + 1
    LogLine.objects.bulk_create(
        LogLine(operation=operation, number=n, at=operation.created_at, text=f"more {n}")
        for n in range(first, first + count)
    )
    last = first + count - 1
    Operation.objects.filter(pk=operation.pk).update(last_line=last, changes=operation.changes + 1)


async def test_tells_everything_once_and_in_order(operation, ben, cookie_of):
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie) as viewer:
        await viewer.read(until=lambda viewer: viewer.states)
        await asyncio.gather(execute(operation), viewer.read(until=has_ended))

    assert viewer.numbers == list(range(1, 24))
    assert viewer.states[0]["operation"]["state"] == "queued"
    assert viewer.states[-1]["operation"]["state"] == "succeeded"
    assert viewer.states[-1]["steps"][0]["state"] == "done"


async def test_goes_on_after_the_cursor(operation, ben, cookie_of):
    await execute(operation)
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie, after=15) as viewer:
        await viewer.read(until=has_ended)

    assert viewer.numbers == list(range(16, 24))


async def test_late_viewers_get_all_of_a_long_log(operation, ben, cookie_of):
    await add_lines(operation, 12_345)
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie) as viewer:
        await viewer.read(until=lambda viewer: len(viewer.lines) >= 12_345)

    assert viewer.numbers == list(range(1, 12_346))


async def test_a_ring_is_quicker_than_the_look(operation, ben, cookie_of, monkeypatch):
    monkeypatch.setattr(watching, "LOOK_EVERY", 3600)
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie) as viewer:
        await viewer.read(until=lambda viewer: viewer.states)
        await asyncio.gather(viewer.read(until=has_ended), execute(operation))

    assert viewer.numbers == list(range(1, 24))


async def test_without_redis_it_looks_by_itself(operation, console, ben, cookie_of):
    console.stop_valkey()
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie) as viewer:
        await viewer.read(until=lambda viewer: viewer.states)
        await add_lines(operation, 3)
        await viewer.read(until=lambda viewer: len(viewer.lines) == 3)


async def test_redis_may_leave_and_come_back(operation, console, ben, cookie_of, monkeypatch):
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie) as viewer:
        await viewer.read(until=lambda viewer: viewer.states)
        await asyncio.to_thread(console.stop_valkey)
        await add_lines(operation, 3)
        await viewer.read(until=lambda viewer: len(viewer.lines) == 3)
        await asyncio.to_thread(console.start_valkey)
        await execute(operation)
        await viewer.read(until=has_ended)

    assert viewer.numbers == list(range(1, 27))


async def test_a_watch_ends_though_its_connection_was_lost_just_then(monkeypatch, operation):
    """Of a cancellation in the middle of a lost connection, the library makes an error."""
    reached = asyncio.Event()

    class Lost:
        async def new_channel(self):
            reached.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError as error:
                raise redis.ConnectionError("Connection lost") from error

    monkeypatch.setattr(watching, "get_channel_layer", Lost)
    watched = watching.watch(operation.uuid)
    await reached.wait()

    watching.unwatch(watched)

    async with asyncio.timeout(10):
        ends = await asyncio.gather(*watched._tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 2


async def test_many_viewers_share_the_looks(operation, ben, cookie_of):
    cookie = await in_a_thread(cookie_of, ben)
    with patch.object(watching, "_read", wraps=watching._read) as looks:
        viewers = [Viewer(operation, cookie) for _ in range(10)]
        for viewer in viewers:
            await viewer.__aenter__()
            await viewer.read(until=lambda viewer: viewer.states)
        before = looks.call_count
        await asyncio.gather(execute(operation), *(v.read(until=has_ended) for v in viewers))
        shared = looks.call_count - before
        for viewer in viewers:
            await viewer.__aexit__()

    assert all(viewer.numbers == list(range(1, 24)) for viewer in viewers)
    # Twenty looks a second at most, whoever watches; the run takes well under ten seconds.
    assert shared < 200


@pytest.mark.parametrize("who", ["nobody", "eve"])
async def test_strangers_are_told_why_and_nothing_else(operation, eve, cookie_of, who):
    cookie = await in_a_thread(cookie_of, eve) if who == "eve" else ""
    async with Viewer(operation, cookie) as viewer:
        await viewer.read(until=is_closed)

    assert viewer.code == (sockets.UNKNOWN if who == "eve" else sockets.SIGNED_OUT)
    assert not viewer.states
    assert not viewer.lines


async def test_a_page_from_elsewhere_is_not_connected(operation, ben, cookie_of):
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie, origin=(b"origin", b"https://evil.example")) as viewer:
        assert not viewer.accepted


@pytest.mark.parametrize("after", ["-1", "x", "1e9", "١"])
async def test_a_cursor_is_a_number(operation, ben, cookie_of, after):
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie, after=after) as viewer:
        await viewer.read(until=is_closed)

    assert viewer.code == sockets.UNKNOWN


@database_sync_to_async
def leave_the_group(user):
    user.groups.clear()


@database_sync_to_async
def sign_out(user):
    Session.objects.all().delete()


@database_sync_to_async
def change_password(user):
    user = User.objects.get(pk=user.pk)
    user.set_password("another-long-password")
    user.save()


@database_sync_to_async
def close_account(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (leave_the_group, sockets.NOT_ALLOWED),
        (sign_out, sockets.SIGNED_OUT),
        (change_password, sockets.SIGNED_OUT),
        (close_account, sockets.SIGNED_OUT),
    ],
)
async def test_a_lost_right_ends_the_view(operation, ben, cookie_of, change, code, monkeypatch):
    assert sockets.ASK_AGAIN_EVERY <= 5
    monkeypatch.setattr(sockets, "ASK_AGAIN_EVERY", 0.1)
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie) as viewer:
        await viewer.read(until=lambda viewer: viewer.states)
        await change(ben)
        await viewer.read(until=is_closed)

    assert viewer.code == code


async def test_a_large_frame_ends_the_view(operation, ben, cookie_of):
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie) as viewer:
        await viewer.say("x" * 4097)
        await viewer.read(until=is_closed)

    assert viewer.code == 1009


async def test_what_ends_a_view_is_said_once(operation, ben, cookie_of):
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie) as viewer:
        for _ in range(3):
            await viewer.say("x" * 5000)
        await viewer.read(until=is_closed)
        assert await viewer.socket.receive_nothing(timeout=0.2)


async def test_a_flood_of_frames_ends_the_view(operation, ben, cookie_of):
    cookie = await in_a_thread(cookie_of, ben)
    async with Viewer(operation, cookie) as viewer:
        for _ in range(100):
            await viewer.say("{}")
        await viewer.read(until=is_closed)

    assert viewer.code == 1008


async def test_speaks_the_viewers_language(operation, ben, cookie_of):
    cookie = await in_a_thread(cookie_of, ben)
    seen = []
    with patch.object(
        consumers, "override", side_effect=lambda code: seen.append(code) or _as(code)
    ):
        async with Viewer(operation, f"{cookie}; django_language=zh-hans") as viewer:
            await viewer.read(until=lambda viewer: viewer.states)

    assert seen[0] == "zh-hans"


def _as(code):
    return override(code)


async def test_leaves_no_thread_behind(operation, ben, cookie_of):
    await execute(operation)

    names = [thread.name for thread in threading.enumerate()]
    assert "lease" not in names
    assert "log" not in names
