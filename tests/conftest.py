"""What every test shares: no environment of the caller, and an honest count at the end."""

import os
from collections import Counter

import pytest
from asgiref.sync import SyncToAsync
from django.db import connection, connections
from django.utils.translation import override

from tests.environment import use_a_foreign_bundle

# A lab of the tests' own, beside a demo's; named before anything imports the lab.
os.environ.setdefault("SLIPWAY_LAB", "test")
use_a_foreign_bundle()

ran: Counter = Counter()
skipped: list[str] = []


@pytest.fixture(autouse=True)
def _our_own_environment(monkeypatch, tmp_path, settings):
    """Data goes to a fresh folder."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    # Real hashing costs seconds per login; what it protects is not in a test database.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _our_own_language():
    """Django's LocaleMiddleware leaves the language of the last request active in its thread: a
    page that a test asked for in Chinese must not decide what the next test reads."""
    with override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """The thread that async code shares for the database keeps a connection: PostgreSQL drops no
    database that is still used."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


def pytest_configure():
    from django.conf import settings

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)  # SQLite's file lives there
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def pytest_collection_modifyitems(config, items):
    if connection.vendor == "postgresql":
        # What knows no database has run on SQLite's turn already.
        known = [item for item in items if _uses_a_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not _uses_a_database(item)])
        items[:] = known
    for item in items:
        # As a property, because tests may run in processes of their own and only reports come back.
        found = [mark for mark in ("lab", "browser") if item.get_closest_marker(mark)]
        item.user_properties.append(("marks", found))


def _uses_a_database(item):
    asked = {"db", "transactional_db", "live_server"} & set(item.fixturenames)
    return bool(asked or item.get_closest_marker("django_db"))


def pytest_runtest_logreport(report):
    if report.skipped:
        skipped.append(f"{report.nodeid}: {report.longrepr}")
    if report.when == "call" and report.passed:
        ran.update(dict(report.user_properties)["marks"])


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(
        f"lab tests run: {ran['lab']}, browser tests run: {ran['browser']}, skipped: {len(skipped)}"
    )


def pytest_sessionfinish(session):
    """With SLIPWAY_STRICT a skip is a failure: a test that did not run proved nothing."""
    if skipped and os.environ.get("SLIPWAY_STRICT"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
