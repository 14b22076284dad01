"""The stand-in's small server: routes, bodies, refusals."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request, server_for


@pytest.fixture
def port() -> Iterator[int]:
    router = Router()

    @router.on("GET", "/things/{thing}/parts/{part}")
    def read(request: Request, thing: str, part: str) -> Answer:
        return Answer.json([thing, part, request.query])

    @router.on("POST", "/echo")
    def echo(request: Request) -> Answer:
        return Answer(200, request.body.read())

    @router.on("POST", "/refuse")
    def refuse(request: Request) -> Answer:
        raise Refused(403, "DENIED", "no")

    @router.on("GET", "/broken")
    def broken(request: Request) -> Answer:
        raise ValueError("secret detail")

    server = server_for(router.handle, 0, "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def call(port: int, method: str, path: str, body: object = None, **options: bool,
         ) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, body, **options)
        with connection.getresponse() as response:
            return response.status, response.read()


def test_decodes_the_path_before_and_the_values_after_matching(port: int):
    status, body = call(port, "GET", "/things/a%252Fb/parts/c?q=1")

    assert (status, json.loads(body)) == (200, ["a/b", "c", {"q": "1"}])
    assert call(port, "GET", "/things/a%2Fb/parts/c")[0] == 404


def test_reads_a_body_of_chunks(port: int):
    pieces = iter([b"x" * 70000, b"y" * 3])

    assert call(port, "POST", "/echo", pieces) == (200, b"x" * 70000 + b"yyy")


def test_another_method_is_not_allowed(port: int):
    status, body = call(port, "DELETE", "/echo")

    assert (status, json.loads(body)["errors"][0]["code"]) == (405, "METHOD_NOT_ALLOWED")


def test_a_refusal_closes_a_connection_whose_body_was_not_read(port: int):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", "/refuse", b"unread")
        with connection.getresponse() as response:
            assert response.status == 403
            assert response.headers["connection"] == "close"


def test_a_fault_tells_the_client_nothing_but_500(port: int, caplog: pytest.LogCaptureFixture):
    status, body = call(port, "GET", "/broken")

    assert status == 500
    assert b"secret detail" not in body
    assert "secret detail" in caplog.text
