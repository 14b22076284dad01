"""No secret leaves its field: not into pages, sockets, logs, jobs, audit entries or the database.

Every secret field of every model holds a canary. Then the console does what it does with them,
a step says them aloud in every spelling, and everything that was written anywhere is searched.
"""

import asyncio
import base64
import json
import logging
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from asgiref.sync import async_to_sync
from auditlog.models import LogEntry
from django.conf import settings as console_settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from lib.fields import secret_fields
from operations import runner, services
from operations.errors import CheckFailed, StepFailed
from operations.models import LogLine, Operation
from operations.pipeline import Pipeline, Step
from tests.canaries import (
    MAKERS,
    hits,
    models_with_secrets,
    new_canary,
    put_canaries,
    spellings,
    text_of_database,
    text_of_redis,
)
from tests.operations.processes import Console
from tests.operations.test_consumers import Viewer, execute, has_ended

pytestmark = pytest.mark.django_db(transaction=True)

# What the steps below say; a step that is careful has told the run first.
told: dict[str, str] = {}


def say_everything(run):
    for name, secret in told.items():
        if not run.parameters.get("careless"):
            run.keep_secret(secret)
        run.log(f"{name} is {secret}")
        run.log(f"Authorization: Basic {base64.b64encode(f'admin:{secret}'.encode()).decode()}")
        run.log(f"base64 {base64.b64encode(secret.encode()).decode()}")
        run.log(f"GET /x?password={quote(secret, safe='')}", level="warning")
        run.log(json.dumps({"password": secret}))
        run.log(json.dumps({"password": secret}, ensure_ascii=False))
        run.activity(f"Sending {secret}")
        run.record(answer=f"{name}: {secret}", nested={"of": [secret]})


def check_everything(run):
    def look(run):
        raise CheckFailed(_all(), advice=_all(), detail=_all())

    run.check("evidence", "Evidence", lambda run: f"Found {_all()}")
    run.check("failure", "Failure", look)


def fail_aloud(run):
    raise StepFailed(f"Refused: {_all()}", advice=f"Try {_all()}", detail=json.dumps(told))


def crash_aloud(run):
    say_everything(run)
    raise RuntimeError(_all())


def _all() -> str:
    return " ".join(told.values())


def pipeline(kind, *works):
    return Pipeline(
        kind=kind, title=kind.capitalize(), subject_model="deployments.HarborInstance",
        permission="deployments.deploy_harborinstance",
        steps=tuple(Step(slug=work.__name__, title=work.__name__, work=work) for work in works),
    )


PIPELINES = (
    pipeline("sing", say_everything, check_everything, fail_aloud),
    pipeline("stumble", crash_aloud),
)


@pytest.fixture
def console(monkeypatch, settings, tmp_path):
    """A private Valkey, and the pipelines of this file."""
    settings.PIPELINES = "tests.test_canaries.PIPELINES"
    settings.STATIC_ROOT = tmp_path
    # Loading it sets logging up anew: before the test, or nothing of the log would be captured.
    import_string(settings.ASGI_APPLICATION)
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        running = Console(Path(folder))
        running.use_in_this_process(monkeypatch, settings)
        running.start_valkey()
        yield running
        running.close()


@pytest.fixture
def ada():
    return User.objects.create_superuser("ada")


@pytest.fixture
def rows():
    return {model: MAKERS[model]() for model in models_with_secrets()}


@pytest.fixture
def canaries(rows):
    """Name of the field -> its secret; the steps know them too."""
    told.clear()
    for row in rows.values():
        told.update(put_canaries(row))
    yield dict(told)
    told.clear()


@pytest.fixture
def heard(console):
    """Everything published over Redis from here on, on any channel."""
    client = redis.Redis(unix_socket_path=str(console.socket))
    ear = client.pubsub()
    ear.psubscribe("*")
    ear.get_message(timeout=5)

    def listen():
        said = []
        while message := ear.get_message(timeout=0.2):
            said.append(repr(message["data"]))
        return "\n".join(said) + text_of_redis(client)

    yield listen
    ear.close()
    client.close()


@pytest.fixture
def sing(console, rows, ada):
    """Run the pipeline while a browser looks on; the operation and all frames."""
    subject = next(row for row in rows.values() if row._meta.model_name == "harborinstance")

    def run(kind="sing", **parameters):
        operation = services.start(kind, subject, parameters=parameters)
        client = Client()
        client.force_login(ada)
        name = console_settings.SESSION_COOKIE_NAME
        frames = async_to_sync(_watch)(operation, f"{name}={client.cookies[name].value}")
        operation.refresh_from_db()
        return operation, frames

    return run


async def _watch(operation, cookie):
    async with Viewer(operation, cookie) as viewer:
        await viewer.read(until=lambda viewer: viewer.states)
        await asyncio.gather(execute(operation), viewer.read(until=has_ended))
    told = {"states": viewer.states, "lines": viewer.lines}
    return json.dumps(told) + json.dumps(told, ensure_ascii=False)


def test_every_model_with_a_secret_is_known_here():
    assert set(models_with_secrets()) == set(MAKERS)


def test_the_search_finds_every_spelling():
    secret = new_canary("password")
    for text in (
        secret, quote(secret), json.dumps(secret), base64.b64encode(secret.encode()).decode(),
        base64.b64encode(f"ad:{secret} and more".encode()).decode(),
        base64.urlsafe_b64encode(f"a:{secret}".encode()).decode(), secret.encode().hex(),
    ):
        assert hits({"it": secret}, {"here": f"before {text} after"}) == ["it in here"], text
    assert not hits({"it": secret}, {"here": new_canary("password")})
    assert all(len(spelling) >= 12 for spelling in spellings(secret))


def test_what_steps_say_stays_secret(canaries, sing, heard, caplog, capfd):
    caplog.set_level(logging.DEBUG)

    failed, frames = sing()
    crashed, more_frames = sing("stumble")

    places = {
        "the database": text_of_database(), "Redis": heard(), "the application log": caplog.text,
        "the terminal": "".join(capfd.readouterr()), "the frames": frames + more_frames,
    }
    assert hits(canaries, places) == []
    assert (failed.state, crashed.state) == ("failed", "failed")
    assert "•••" in failed.reason
    assert "•••" in frames
    assert LogLine.objects.filter(operation=failed, text__contains="•••").count() > len(canaries)
    assert "RuntimeError" in caplog.text  # the traceback is there, without the canaries


def test_a_careless_step_would_be_found(canaries, sing, heard):
    _operation, frames = sing(careless=True)

    found = hits(canaries, {"the database": text_of_database(), "the frames": frames})

    assert len(found) == 2 * len(canaries)
    assert hits(canaries, {"Redis": heard()}) == []  # the ring says only "look"


def test_no_page_shows_a_secret(canaries, rows, sing, ada, caplog):
    caplog.set_level(logging.DEBUG)
    operation, _frames = sing()
    client = Client()
    client.force_login(ada)

    pages = {address: _page(client, address) for address in _addresses(rows, operation)}

    assert hits(canaries, pages | {"the application log": caplog.text}) == []
    assert sum("change/" in address for address in pages) >= len(rows)


def _addresses(rows, operation):
    yield from (reverse("admin:index"), operation.get_absolute_url())
    yield from (reverse(f"operations:{name}", args=[operation.uuid]) for name in ("lines", "log"))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for row in model._default_manager.all()[:50]:
            yield reverse(f"{name}_change", args=[row.pk])
            if model in rows:
                yield reverse(f"{name}_history", args=[row.pk])


def _page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    if answer.streaming:
        return async_to_sync(_all_of)(answer)
    return answer.content.decode()


async def _all_of(answer):
    return "".join([part.decode() async for part in answer])


def test_a_form_that_comes_back_does_not_carry_the_secret(rows, ada, caplog):
    """What was typed is asked for again when something else was wrong."""
    caplog.set_level(logging.DEBUG)
    client = Client()
    client.force_login(ada)
    canaries, pages = {}, {}
    for model, row in rows.items():
        if not admin.site.is_registered(model):
            continue  # it has no form
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        typed = {field: new_canary("password") for field in secret_fields(model)}
        canaries |= {f"{name} {field}": secret for field, secret in typed.items()}
        for address in (reverse(f"{name}_add"), reverse(f"{name}_change", args=[row.pk])):
            pages[address] = client.post(address, typed).content.decode()

    assert hits(canaries, pages | {"the log": caplog.text, "db": text_of_database()}) == []


def test_the_audit_log_tells_that_a_secret_changed_and_no_more(canaries, rows):
    for row in rows.values():
        put_canaries(row)

    entries = {str(entry.pk): json.dumps(entry.changes) for entry in LogEntry.objects.all()}

    assert hits(canaries | told, entries) == []
    assert any("•••" in json.loads(changes).get("admin_password", ()) for changes in
               entries.values())


def test_jobs_carry_an_id_and_nothing_else(canaries, console, rows, heard):
    subject = next(row for row in rows.values() if row._meta.model_name == "harborinstance")
    operation = services.start("sing", subject)

    said = heard()

    assert hits(canaries, {"Redis": said}) == []
    assert f"[{operation.pk}]" in said


def test_an_operation_of_a_subject_with_secrets_stores_none(canaries, rows, console):
    subject = next(row for row in rows.values() if row._meta.model_name == "harborinstance")
    operation = services.start("sing", subject)
    runner.execute(operation.pk, threads=False)

    stored = Operation.objects.filter(pk=operation.pk).values().get()

    assert hits(canaries, {"the row": str(stored)}) == []
