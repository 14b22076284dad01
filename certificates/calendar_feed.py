"""The calendar for calendar programs: with a person's own key, by HTTP Basic.

Programs that subscribe cannot sign in, and a token in the address would end up in logs and
referrers (`stack.md` 4.2). RFC 7617; the key opens this address and nothing else.
"""

import binascii
from base64 import b64decode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from certificates.calendar import calendar_parts, near
from certificates.ending import teams_seen_by
from certificates.models import CalendarKey


@require_safe
def calendar_feed(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What the owner of the key may see now."""
    username, key = _given(request.headers.get("Authorization", ""))
    person = CalendarKey.owner_of(username, key)
    if person is None:
        headers = {"WWW-Authenticate": 'Basic realm="Slipway calendar", charset="UTF-8"'}
        return HttpResponse("Send your user name and calendar key.\n", status=401, headers=headers)
    now = timezone.now()
    parts = calendar_parts(near(teams_seen_by(person), now), now)
    return StreamingHttpResponse(parts, content_type="text/calendar; charset=utf-8")


def _given(header: str) -> tuple[str, str]:
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        username, _, key = b64decode(packed, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return username, key
