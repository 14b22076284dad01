"""Blobs and their uploads: streamed to the registry, counted against the quota."""

import http.client
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from lab.release.standin.wire.body import BLOCK
from lab.release.standin.wire.caller import basic, open_call
from lab.release.standin.wire.server import Answer, Refused, Request

from . import images
from .database import Row
from .state import State

# What belongs to one connection or is proven by us is not handed on.
HANDED_ON = ("content-type", "content-length", "content-range", "range", "accept",
             "if-none-match")
HANDED_BACK = ("content-type", "content-length", "docker-content-digest", "location", "range",
               "docker-upload-uuid", "etag", "content-range", "accept-ranges")
REMEMBERED_SECONDS = 7 * 86400


def handle(state: State, request: Request, project: Row, kind: str) -> Answer:
    """GET, HEAD of a blob; POST, PATCH, PUT, GET, DELETE of an upload."""
    if kind == "blob" and request.method == "DELETE":
        raise Refused(405, "METHOD_NOT_ALLOWED", "blobs are deleted by garbage collection")
    if kind == "upload" and request.method == "PUT":
        return _finish(state, request, project)
    answer = forward(state, request)
    if kind == "upload":
        _remember(state, request, project, answer)
    return answer


def forward(state: State, request: Request, body: bytes | None = None,
            path: str | None = None) -> Answer:
    """Send the request to the registry as our own and stream its answer back."""
    headers = {name: value for name, value in request.headers.items() if name in HANDED_ON}
    environment = state.environment
    headers["Authorization"] = basic(environment.registry_username,
                                     environment.registry_password)
    query = request.context["raw_query"]
    url = environment.registry + (path or request.path) + (f"?{query}" if query else "")
    try:
        connection, response = open_call(request.method, url, headers=_titled(headers),
                                         body=_body(request, body), timeout=900)
    except OSError as problem:
        raise Refused(502, "UNKNOWN", f"the registry does not answer: {problem}") from problem
    back = [(name, value) for name, value in response.getheaders()
            if name.lower() in HANDED_BACK]
    back = [(name, _relative(value) if name.lower() == "location" else value)
            for name, value in back]
    return Answer(response.status, _blocks(connection, response, request.method), back)


def _finish(state: State, request: Request, project: Row) -> Answer:
    """The last request of an upload: refused when the blob would exceed the quota."""
    digest, upload = request.query.get("digest", ""), request.path.rsplit("/", 1)[1]
    begun = int(str(state.redis.run("GET", f"standin:upload:{upload}") or 0))
    rest = int(request.header("content-length") or 0)
    try:
        images.require_room(state, project, begun + rest, digest)
    except Refused:
        request.body.read()
        raise
    answer = forward(state, request)
    if answer.status == 201:
        images.keep_blob(state, project, digest, begun + rest)
        state.redis.run("DEL", f"standin:upload:{upload}")
    return answer


def _remember(state: State, request: Request, project: Row, answer: Answer) -> None:
    """How much of the upload the registry has; a mounted blob belongs to the project."""
    headers = {name.lower(): value for name, value in answer.headers}
    upload, received = headers.get("docker-upload-uuid"), headers.get("range")
    if request.method == "PATCH" and upload and received:
        size = int(received.rpartition("-")[2]) + 1
        state.redis.run("SET", f"standin:upload:{upload}", size, "EX", REMEMBERED_SECONDS)
    if request.method == "POST" and answer.status == 201 and "mount" in request.query:
        size = images.blob_size(state, request.query["mount"])
        if size is not None:
            images.keep_blob(state, project, request.query["mount"], size)


def _titled(headers: dict[str, str]) -> dict[str, str]:
    return {name.title(): value for name, value in headers.items()}


def _body(request: Request, body: bytes | None) -> bytes | Iterable[bytes] | None:
    if body is not None or request.method in ("GET", "HEAD", "DELETE"):
        return body
    if not request.header("content-length") and not request.header("transfer-encoding"):
        return b""
    return iter(lambda: request.body.read(BLOCK), b"")


def _blocks(connection: http.client.HTTPConnection, response: http.client.HTTPResponse,
            method: str) -> bytes | Iterator[bytes]:
    """Small answers at once, a blob as a stream."""
    if method != "GET":
        with response:
            content = response.read()
        connection.close()
        return content
    return _stream(connection, response)


def _stream(connection: http.client.HTTPConnection,
            response: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        yield from iter(lambda: response.read(BLOCK), b"")
    finally:
        response.close()
        connection.close()


def _relative(location: str) -> str:
    """Without scheme and host: the client keeps those by which it came."""
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")
