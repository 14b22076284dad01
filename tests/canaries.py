"""Secrets that are easy to recognise, and the search for them in every spelling that travels."""

import base64
import html
import json
import secrets
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, quote_plus

import redis
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection, models
from django.utils import timezone

from certificates import services as certificates
from certificates.models import Authority, Certificate, SigningRequest
from deployments.models import HarborInstance, Release
from hosts.models import VolumeDriver
from lib.fields import secret_fields
from nutanix.models import Prism
from portal.models import Handover, Request, Team
from tests.deployments.rows import make_cluster, make_driver, make_instance, make_release

# How to make a row of each model that has a secret; a new model wants a line here.
MAKERS = {
    Authority: certificates.ensure_console_authority,
    Certificate: lambda: _make_certificate(),
    Handover: lambda: _make_handover(),
    HarborInstance: make_instance,
    Prism: lambda: make_cluster().prism,
    Release: lambda: make_release(source="mirror", mirror_prefix="mirror.example.com/x"),
    VolumeDriver: make_driver,
    SigningRequest: lambda: certificates.request_signature("c.example.com", names=["c.example"]),
}


def _make_certificate() -> Certificate:
    authority = certificates.ensure_console_authority()
    authority.refresh_from_db()
    return certificates.issue(authority, common_name="r.example.com", names=["r.example.com"])


def _make_handover() -> Handover:
    team = Team.objects.create(group=Group.objects.create(name="crew"), name="Crew")
    person = User.objects.create(username="crew-member")
    request = Request.objects.create(kind="robot", team=team, requester=person, name="ci")
    return Handover.objects.create(
        request=request, to=person, wipe_at=timezone.now() + timedelta(days=7)
    )


def models_with_secrets() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if secret_fields(model)]


def new_canary(name: str) -> str:
    """Different in each spelling; PEM fields get lines, as keys have."""
    value = f'{secrets.token_hex(6)}/ä+"{secrets.token_hex(6)}'
    return f"{value}\n{secrets.token_hex(12)}\n" if name.endswith("_pem") else value


def put_canaries(row: models.Model) -> dict[str, str]:
    """A fresh canary in every secret field of `row`, saved."""
    planted = {}
    for name in secret_fields(type(row)):
        planted[f"{row._meta.label}.{name}"] = new_canary(name)
        setattr(row, name, planted[f"{row._meta.label}.{name}"])
    row.save()
    return planted


def spellings(secret: str) -> set[str]:
    """Plain, URL, JSON, HTML, hex and base64, the latter also inside of something longer."""
    found: set[str] = set()
    for text in {secret, *secret.split()}:
        raw = text.encode()
        found |= {text, quote(text), quote(text, safe=""), quote_plus(text)}
        found |= {html.escape(text), raw.hex()}
        found |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + raw + b"\0" * 3).decode()
            # Only the characters that do not depend on what stands before and after.
            core = whole[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
            found |= {core, core.replace("+", "-").replace("/", "_")}
    return found


def hits(canaries: dict[str, str], places: dict[str, str]) -> list[str]:
    """“canary in place” for each canary found in any spelling."""
    return [
        f"{name} in {place}"
        for name, secret in canaries.items()
        for place, text in places.items()
        if any(spelling in text for spelling in spellings(secret))
    ]


def text_of_database() -> str:
    """Every cell of every table as it is stored, and on SQLite the bytes of the files too."""
    cells: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            cells += [str(cell) for row in cursor.fetchall() for cell in row]
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        files = sorted(database.parent.glob(f"{database.name}*"))
        # Read by another process: whoever closes a file of SQLite loses all locks that his own
        # process has on it, and the next process to open it pulls the shared memory away.
        read = subprocess.run(["cat", *files], capture_output=True, check=True)  # noqa: S603,S607
        cells.append(read.stdout.decode("utf-8", "replace"))
    return "\n".join(cells)


def text_of_redis(client: redis.Redis) -> str:
    """Every key with everything in it; RQ compresses what it stores."""
    return "\n".join(_readable(value) for value in _values_in(client))


def _values_in(client: redis.Redis) -> Iterator[bytes]:
    for key in client.scan_iter():
        yield key
        match client.type(key):
            case b"string":
                yield client.get(key)
            case b"hash":
                yield from (part for pair in client.hgetall(key).items() for part in pair)
            case b"list":
                yield from client.lrange(key, 0, -1)
            case b"set":
                yield from client.smembers(key)
            case b"zset":
                yield from client.zrange(key, 0, -1)
            case b"stream":
                yield repr(client.xrange(key)).encode()
            case other:
                raise AssertionError(f"How to read a {other!r} of Redis?")


def _readable(value: bytes) -> str:
    with suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode("utf-8", "replace")
