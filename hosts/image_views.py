"""Images of the console's own disk, for clusters: no login, a signed address for one file."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from hosts.image_files import CHUNK, allowed_by, is_unchanged, open_file
from lib.errors import ServiceError

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@require_safe
def image_file(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """HEAD and GET, whole or one range; 404 for whatever the address was not signed for."""
    signed = allowed_by(token, name)
    if signed is None:
        raise Http404
    try:
        file = open_file(signed.file)
    except ServiceError as error:
        raise Http404 from error
    if not is_unchanged(file, signed):
        file.close()
        raise Http404
    wanted = _part(request.headers.get("Range", ""), signed.size)
    if wanted is None:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{signed.size}"})
    return _answer(request, file, signed.size, *wanted)


def _part(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; all for none or several ranges; None: not there."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return 0, size
    first, last = found[1], found[2]
    if not first:
        return (max(0, size - int(last)), size) if int(last) else None
    start, end = int(first), min(int(last or size - 1) + 1, size)
    if last and int(last) < start:
        return 0, size
    return (start, end) if start < size else None


def _answer(
    request: HttpRequest, file: BinaryIO, size: int, start: int, end: int
) -> HttpResponseBase:
    headers = {
        "Content-Length": str(end - start), "Accept-Ranges": "bytes", "Cache-Control": "no-store",
        "Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff",
    }
    is_part = end - start < size
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if is_part else 200
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, headers=headers)
    file.seek(start)
    # A plain generator would be read whole before the first byte leaves, under ASGI.
    is_async = isinstance(request, ASGIRequest)
    bytes_of = _slowly(file, end - start) if is_async else _read(file, end - start)
    answer = StreamingHttpResponse(bytes_of, status=status, headers=headers)
    answer._resource_closers.append(file.close)
    return answer


def _read(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk


async def _slowly(file: BinaryIO, left: int) -> AsyncIterator[bytes]:
    while left > 0 and (chunk := await asyncio.to_thread(file.read, min(CHUNK, left))):
        left -= len(chunk)
        yield chunk
