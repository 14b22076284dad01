"""Turns the addresses an operator sets (database, Redis, mail) into what the libraries want."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ


def database_from(url: str, data_dir: Path) -> dict[str, Any]:
    """DATABASE_URL as Django's dictionary; empty means the embedded SQLite in `data_dir`.

    SQLite runs in WAL with immediate transactions, so that the worker's log lines and the web
    process do not lock each other out.
    """
    if url and not url.startswith("sqlite"):
        return {**environ.Env.db_url_config(url), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    name = environ.Env.db_url_config(url)["NAME"] if url else str(data_dir / "slipway.sqlite3")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
        # A file, so that the processes of one test see the same rows.
        "TEST": {"NAME": f"{name}.test"},
    }


def redis_from(url: str) -> dict[str, Any]:
    """REDIS_URL as one entry of RQ_QUEUES; unix sockets go by path."""
    if not url.startswith("unix:"):
        # A Redis that does not answer must not hold up the click that starts an operation.
        return {"URL": url, "REDIS_CLIENT_KWARGS": {"socket_connect_timeout": 2}}
    parts = urlsplit(url)
    database = dict(pair.split("=") for pair in parts.query.split("&") if pair).get("db", "0")
    return {"UNIX_SOCKET_PATH": parts.path, "DB": int(database)}


def mail_from(url: str) -> dict[str, Any]:
    """EMAIL_URL as Django's settings; empty means that nothing leaves this console."""
    found = environ.Env.email_url_config(url or "dummymail://")
    return {name: value for name, value in found.items() if value is not None}
