"""What every socket of a viewer has in common: who may look, for how long, and its limits."""

import asyncio
import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser
from django.db import Error
from django.http import HttpRequest

SIGNED_OUT, NOT_ALLOWED, UNKNOWN, TRY_LATER = 4401, 4403, 4404, 1013
TOO_BIG, TOO_MANY = 1009, 1008
ASK_AGAIN_EVERY = 5.0
# Viewers have nothing to say; whoever says much is not one of our pages.
_LARGEST_FRAME = 4096
_MOST_FRAMES = 20


class ViewerConsumer(AsyncWebsocketConsumer):
    """Read only. Closes with 4401 signed out, 4403 no longer allowed, 4404 unknown.

    A subclass says `may_see(user)` (asked again every five seconds) and `tell()`, which sends until
    it is cancelled.
    """

    # Consumers listen to no channel of their own: they could not be connected while Redis is away.
    channel_layer_alias = "none"
    frames = 0
    is_over = False
    _tasks: tuple[asyncio.Task, ...] = ()

    def may_see(self, user: AbstractBaseUser) -> bool:
        raise NotImplementedError

    async def tell(self) -> None:
        raise NotImplementedError

    async def connect(self) -> None:
        # Accepted first: only then does a browser learn the code it is closed with.
        await self.accept()
        refusal = await self._refusal()
        if refusal:
            await self.end(UNKNOWN if refusal == NOT_ALLOWED else refusal)
            return
        self._tasks = asyncio.create_task(self._guard()), asyncio.create_task(self._run())

    async def disconnect(self, code: int) -> None:
        self._stop()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        self.frames += 1
        if len(bytes_data or (text_data or "").encode()) > _LARGEST_FRAME:
            await self.end(TOO_BIG)
        elif self.frames > _MOST_FRAMES:
            await self.end(TOO_MANY)

    async def say(self, message: dict[str, Any]) -> None:
        """Send, unless it is over: a server treats words after the close as our fault."""
        if not self.is_over:
            await self.send(text_data=json.dumps(message, ensure_ascii=False))

    async def end(self, code: int) -> None:
        """Close once; nothing is said afterwards."""
        if self.is_over:
            return
        self._stop()
        await self.close(code)

    def _stop(self) -> None:
        self.is_over = True
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async def _run(self) -> None:
        try:
            await self.tell()
        except Error:
            await self.end(TRY_LATER)

    async def _guard(self) -> None:
        """Close soon after the session or the permission is gone."""
        while True:
            await asyncio.sleep(ASK_AGAIN_EVERY)
            refusal = await self._refusal()
            if refusal:
                await self.end(refusal)
                return

    async def _refusal(self) -> int:
        try:
            return await refusal_of(self.scope, self.may_see)
        except Error:
            return TRY_LATER


@database_sync_to_async
def refusal_of(scope: dict[str, Any], may_see: Callable[[AbstractBaseUser], bool]) -> int:
    """0 when allowed, otherwise the code to close with.

    The session is read afresh each time: signing out, a new password, a closed account and a lost
    permission all end the view.
    """
    key = getattr(scope.get("session"), "session_key", None)
    if not key:
        return SIGNED_OUT
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated or user.pk != scope["user"].pk:
        return SIGNED_OUT
    return 0 if may_see(user) else NOT_ALLOWED
