"""How the console's processes log: lines on their standard error."""

from typing import Any


def to_console(level: str) -> dict[str, Any]:
    """Django's LOGGING for lines from `level` on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        # It prints a traceback each second while Redis is away; viewers look without it meanwhile.
        "loggers": {"channels_redis.pubsub": {"level": "CRITICAL"}},
        "root": {"handlers": ["console"], "level": level},
    }
