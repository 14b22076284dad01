"""The socket of one container's log."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection

from deployments.models import HarborInstance
from harbor.bundle import CONTAINER_OF
from hosts.container_logs import Line, Viewer, hub
from hosts.engine import open_engine
from operations.sockets import ViewerConsumer

_LINES_A_FRAME = 1000


class ContainerLogConsumer(ViewerConsumer):
    """Sends the container's lines as they come; viewers of one container share one reader."""

    viewer: Viewer | None = None

    def may_see(self, user: AbstractBaseUser) -> bool:
        asked = self.scope["url_route"]["kwargs"]
        self.container = asked["container"]
        self.instance = (
            HarborInstance.objects.visible_to(user)
            .living()
            .select_related("host__authority", "host__client_certificate")
            .filter(uuid=asked["uuid"])
            .first()
        )
        # Only Harbor's own containers: names from outside never reach the engine.
        return bool(self.instance and self.instance.host) and (
            self.container in CONTAINER_OF.values()
        )

    async def tell(self) -> None:
        query = parse_qs(self.scope["query_string"].decode("ascii", "replace"))
        after = query.get("after", [""])[0]
        self.key = f"{self.instance.host.uuid}/{self.container}"
        self.viewer = hub.join(self.key, _opener(self.instance, self.container))
        while True:
            lines, skipped, problem = await self.viewer.next()
            fresh = [line for line in lines if line.at > after]
            await self._send_lines(fresh, skipped)
            if problem:
                await self.say({"kind": "problem", "text": problem})

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        if self.viewer:
            hub.leave(self.key, self.viewer)

    async def _send_lines(self, lines: list[Line], skipped: int) -> None:
        for start in range(0, len(lines), _LINES_A_FRAME):
            page = lines[start : start + _LINES_A_FRAME]
            message: dict[str, Any] = {"kind": "lines", "lines": [vars(line) for line in page]}
            await self.say(message | {"skipped": skipped})
            skipped = 0
            await asyncio.sleep(0)


def _opener(instance: HarborInstance, container: str) -> Any:
    """What the shared reader calls in its own thread, each time it opens the log."""
    host = instance.host

    def follow(since: str) -> Iterator[Line]:
        try:
            with open_engine(host) as engine:
                yield from engine.follow_logs(container, since)
        finally:
            connection.close()  # this thread's own

    return follow
