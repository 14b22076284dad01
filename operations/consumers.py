"""The socket of one operation: its state whenever it changes, its lines after a cursor."""

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import get_language_from_request, override

from operations.log_search import whole_number
from operations.models import Operation
from operations.presenting import translated
from operations.sockets import UNKNOWN, ViewerConsumer
from operations.watching import Watch, unwatch, watch

# A look happens at least this often, so nobody waits longer without being woken.
_LONGEST_WAIT = 60.0


class OperationConsumer(ViewerConsumer):
    """Sends each line once and in order, from memory or the rows, wherever the viewer stands."""

    @property
    def uuid(self) -> UUID:
        return self.scope["url_route"]["kwargs"]["uuid"]

    def may_see(self, user: AbstractBaseUser) -> bool:
        return Operation.objects.visible_to(user).filter(uuid=self.uuid).exists()

    async def tell(self) -> None:
        query = parse_qs(self.scope["query_string"].decode("ascii", "replace"))
        try:
            self.cursor = whole_number(query.get("after", [""])[0], otherwise=0)
        except ValueError:
            await self.end(UNKNOWN)
            return
        watched = watch(self.uuid)
        try:
            await self._tell_on_and_on(watched)
        finally:
            unwatch(watched)

    async def _tell_on_and_on(self, watched: Watch) -> None:
        told = 0
        while True:
            seen = watched.changes
            if watched.version != told:
                told = watched.version
                await self._say_state(watched.state)
            if not await self._say_lines(watched):
                await watched.news_after(seen, _LONGEST_WAIT)

    async def _say_state(self, state: dict[str, Any]) -> None:
        with override(_language_of(self.scope)):
            message = {"kind": "state", **translated(state)}
        await self.say(message)

    async def _say_lines(self, watched: Watch) -> bool:
        """One page; False when there was nothing to say."""
        lines = await watched.lines_after(self.cursor)
        if lines:
            await self.say({"kind": "lines", "lines": lines})
            self.cursor = lines[-1]["n"]
        return bool(lines)


def _language_of(scope: dict[str, Any]) -> str:
    """The language that the page around this socket is in: by cookie, or else as browsers ask."""
    request = HttpRequest()
    request.COOKIES = scope.get("cookies", {})
    headers = dict(scope.get("headers", []))
    request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get(b"accept-language", b"").decode("latin-1")
    return get_language_from_request(request)
