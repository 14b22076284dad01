"""The whole of Slipway for a person: a lab, a console with all its processes, a browser."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.lab.running import shared_lab
from tests.operations.processes import children_of, eventually, state_of

ROOT = Path(__file__).parents[2]
RESUME = """
from django.contrib.auth import get_user_model
from operations import services
from operations.models import Operation
services.resume(Operation.objects.get(kind="deploy"), by=get_user_model().objects.get())
"""


@pytest.fixture(scope="package")
def lab():
    """A cluster with real machines, and the stand-in's archive. Needs root."""
    with shared_lab() as lab:
        yield lab


@pytest.fixture
def console(lab, tmp_path):
    with Console(lab, tmp_path / "console") as console:
        yield console


class Console:
    """`manage.py serve` in a folder of its own, with the demo's instance ready to deploy."""

    def __init__(self, lab, folder: Path):
        folder.mkdir(mode=0o700)
        self.lab, self.folder, self.log = lab, folder, folder / "console.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"https://localhost:{self.port}"

    def __enter__(self):
        from lab.paths import RUN

        make_keys = [sys.executable, "-m", "config.keys", str(self.folder)]
        subprocess.run(make_keys, check=True, cwd=ROOT)
        said = self.manage("demo_data", str(RUN / "lab.json"), str(self.lab.archive))
        self.password = re.search(r"password: (\S+)", said.stdout).group(1)
        with self.log.open("w") as log:
            self.server = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve"],
                env=self._environment(), cwd=ROOT, stdout=log, stderr=log,
            )
        eventually(self._answers, within=90, what="the console")
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait(60)
        for uuid in list(self.lab.prism.vms):
            self.lab.prism.lose_vm(uuid)
        for uuid in list(self.lab.prism.volume_groups):
            self.lab.prism.lose_volume_group(uuid)

    def manage(self, *words, check=True):
        """The outcome of a management command, its words for the message of a failure."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=self._environment(), cwd=ROOT, capture_output=True, text=True, check=False,
        )
        assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    def ask(self, query, *parameters):
        """Rows of the console's database, read from outside of it."""
        with sqlite3.connect(f"file:{self.folder}/slipway.sqlite3?mode=ro", uri=True) as database:
            return database.execute(query, parameters).fetchall()

    def can_write(self):
        """Whether nobody holds the database's lock for long."""
        place = f"{self.folder}/slipway.sqlite3"
        with closing(sqlite3.connect(place, timeout=1, isolation_level=None)) as database:
            try:
                database.execute("begin immediate")
            except sqlite3.OperationalError:
                return False
            return True

    def deploy(self):
        """Start it; its first task in Prism takes long enough to be met in the middle."""
        prism = self.lab.prism
        before, quick = len(prism.tasks.all), prism.knobs.task_seconds
        prism.knobs.task_seconds = 10.0
        self.manage("deploy", "demo", "--no-follow")
        eventually(lambda: len(prism.tasks.all) > before, what="the first task in Prism")
        prism.knobs.task_seconds = quick

    def resume(self):
        """As the administrator does on the operation's page."""
        self.manage("shell", "-c", RESUME)

    def state(self):
        """(state, attempt) of the deployment; the console also does things of its own accord."""
        found = self.ask("select state, attempt from operations_operation where kind = 'deploy'")
        return found[0] if found else ("", 0)

    def is_in(self, step):
        """Whether that step of the deployment runs."""
        return self.ask(
            "select 1 from operations_steprun where state = 'running' and slug = ?", step
        )

    def story(self):
        """What an assertion shows when it fails."""
        rows = self.ask("select step, text from operations_logline order by id desc limit 40")
        lines = [" ".join(map(str, row)) for row in rows[::-1]]
        return "\n".join([*lines, self.log.read_text()[-2000:]])

    def workers(self):
        """Pids of the processes that wait for operations; their children execute them."""
        return [pid for pid in children_of(self.server.pid) if "operations" in command_of(pid)]

    def work_horse(self):
        """The process that executes the deployment now, and its parent; frozen ones do nothing."""
        return next(
            ((child, parent) for parent in self.workers() for child in children_of(parent)
             if state_of(child) not in "TZ"), None
        )

    def _answers(self):
        assert self.server.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _environment(self):
        from lab.packages import engine_tools

        compose = engine_tools() / "usr/libexec/docker/cli-plugins/docker-compose"
        unwanted = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL"}
        return {k: v for k, v in os.environ.items() if k not in unwanted} | {
            "SLIPWAY_DATA_DIR": str(self.folder),
            "SLIPWAY_PORT": str(self.port),
            "SLIPWAY_NAME_SERVERS": f"{self.lab.subnet.gateway}:53",
            "COMPOSE_BINARY": str(compose),
            "PYTHONWARNINGS": "default",
        }


@pytest.fixture
def page(console):
    """A browser that accepts the console's own authority, as a person who compared it would."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "Install Chromium: apt-get install --no-install-recommends chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = browser.new_context(
            ignore_https_errors=True, viewport={"width": 1280, "height": 900}
        )
        yield context.new_page()
        browser.close()


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except FileNotFoundError:
        return []
