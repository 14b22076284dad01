"""Tells the web processes to look at an operation; says nothing else, and never fails."""

import logging
import time
from functools import cache
from typing import Any
from uuid import UUID

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

# After a failure nobody waits for Redis again for a while: viewers look by themselves.
_PAUSE = 2.0
_quiet_until = 0.0


def group_of(uuid: UUID | str) -> str:
    """The name under which viewers of one operation listen."""
    return f"operation-{uuid}"


def ring(uuid: UUID | str) -> None:
    """Publish straight to Redis in the layer's own format.

    The layer's group_send from plain code opens a loop and a connection for each call and manages
    300 a second (real-parts.md 9); a lost ring costs two seconds at most.
    """
    global _quiet_until
    layer = get_channel_layer()
    if not hasattr(layer, "serialize") or time.monotonic() < _quiet_until:
        return
    message = layer.serialize({"type": "operation.changed"})
    try:
        _redis().publish(f"{_prefix()}__group__{group_of(uuid)}", message)
    except (redis.RedisError, OSError) as error:
        _quiet_until = time.monotonic() + _PAUSE
        logger.info("Viewers are not rung, they look every 2 s: %s", error)


def _options() -> dict[str, Any]:
    return settings.CHANNEL_LAYERS["default"].get("CONFIG", {})


def _prefix() -> str:
    return _options().get("prefix", "asgi")


@cache
def _connection(address: str) -> redis.Redis:
    return redis.Redis.from_url(
        address, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


def _redis() -> redis.Redis:
    return _connection(_options()["hosts"][0])
