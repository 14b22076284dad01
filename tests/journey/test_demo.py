"""script/demo as a person on a fresh machine runs it: what it says, and what it leaves behind."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.traces import traces_of
from tests.operations.processes import eventually

pytestmark = [pytest.mark.lab, pytest.mark.full]

ROOT = Path(__file__).parents[2]
NAME = f"{os.environ['SLIPWAY_LAB']}d"[-7:]  # a lab of its own; links have short names
UNWANTED = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "SLIPWAY_DATA_DIR"}
SUMMARY = re.compile(r"^(\S+) +(done|skipped) +(\d+\.\d s)?$", re.MULTILINE)
CHECK = re.compile(r"^(\S+) (passed|failed|warning|skipped) (\d+\.\d\d) s (.+)$", re.MULTILINE)
LOG_LINE = re.compile(r"^\d\d:\d\d:\d\d  (\S+) +\S", re.MULTILINE)
ENDS_WITHIN = 90


class Demo:
    """A running script/demo in a process group of its own, as a terminal starts it."""

    def __init__(self, folder, *options):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        kept = {key: value for key, value in os.environ.items() if key not in UNWANTED}
        ours = {"SLIPWAY_LAB": NAME, "SLIPWAY_PORT": str(port), "TMPDIR": str(folder)}
        self.said = folder.parent / "demo.txt"
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [ROOT / "script/demo", *options], cwd=ROOT, env=kept | ours,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, process_group=0,
                preexec_fn=_as_in_a_terminal,  # noqa: PLW1509  (one syscall, no Python state)
            )

    @property
    def text(self) -> str:
        return self.said.read_text()

    def reach(self, words, within=600):
        def reached():
            assert self.process.poll() is None, self.text
            return words in self.text

        eventually(reached, within=within, what=f"“{words}” of script/demo")

    def interrupt(self):
        """Ctrl-C: the terminal tells every process of the group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self, within=900) -> int:
        return self.process.wait(within)


def _as_in_a_terminal():
    """Whoever runs the tests in the background has them ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def before_is_after():
    before = traces_of(NAME)
    yield
    after = traces_of(NAME)
    assert after["processes"] == set()
    assert after == before


@pytest.fixture
def demo(tmp_path, before_is_after):
    """Starts script/demo; afterwards this machine is as it was, whatever the demo did."""
    folder = tmp_path / "tmp"
    folder.mkdir()

    @contextmanager
    def start(*options):
        running = Demo(folder, *options)
        try:
            yield running
        finally:
            if running.process.poll() is None:
                running.process.terminate()
                running.process.wait(ENDS_WITHIN)

    yield start
    assert list(folder.iterdir()) == [], "it leaves a folder behind"


def test_once_proves_a_registry_and_says_how_long_each_part_took(demo):
    with demo("--once") as running:
        code = running.end()

    assert code == 0, running.text
    for part in ("Python environment", "Lab: a Nutanix cluster", "Console", "Main job"):
        assert re.search(rf"^ *\d+ s  {part}", running.text, re.MULTILINE), running.text
    assert re.search(r"^Console: https://\S+  user: admin  one-time password: \S+$",
                     running.text, re.MULTILINE)
    steps = {slug: took for slug, _, took in SUMMARY.findall(running.text)}
    assert set(steps) >= set(LOG_LINE.findall(running.text)) >= {"provision-host", "self-test"}
    checks = CHECK.findall(running.text)
    assert {result for _, result, _, _ in checks} == {"passed"}, checks
    assert {"engine-push", "engine-pull", "volumes", "logs"} <= {name for name, *_ in checks}


def test_once_fails_with_a_check(demo):
    with demo("--once") as running:
        running.reach("demo.lab.test resolves to")
        # Somebody changes the record after the step that waited for it.
        subprocess.run(
            [sys.executable, "-m", "lab", "register", "demo.lab.test", "192.0.2.7"], check=True,
            cwd=ROOT, env=os.environ | {"SLIPWAY_LAB": NAME},
        )
        code = running.end()

    assert code == 1, running.text
    results = {name: (result, why) for name, result, _, why in CHECK.findall(running.text)}
    assert results["name"][0] == "failed", running.text
    assert "192.0.2.7" in results["name"][1]
    assert results["volumes"][0] == "passed", "the other checks still tell what they see"


@pytest.mark.parametrize("moment", ["lab", "console", "provision-host", "load-images"])
def test_ctrl_c_leaves_nothing(demo, moment):
    with demo() as running:
        if moment == "lab":
            running.reach("Python environment")
            eventually(Path(f"/run/slipway-lab-{NAME}").exists, what="the lab on its way up")
            assert "Lab: a Nutanix" not in running.text, "it was up already"
        elif moment == "console":
            running.reach("Lab: a Nutanix cluster")
        else:
            running.reach(f"  {moment}  ")
        running.interrupt()
        code = running.end(within=ENDS_WITHIN)

    assert code == 130, running.text


def test_a_lab_that_was_there_stays(demo):
    """The demo is refused and says why; it does not end what it did not start."""
    lab = [sys.executable, "-m", "lab"]
    environment = os.environ | {"SLIPWAY_LAB": NAME}
    subprocess.run([*lab, "up", "--background"], check=True, cwd=ROOT, env=environment,
                   stdout=subprocess.DEVNULL)
    try:
        with demo("--once") as running:
            assert running.end() == 1
        assert "A lab is running on this machine already" in running.text
        alive = subprocess.run([*lab, "status"], cwd=ROOT, env=environment, capture_output=True)
        assert alive.returncode == 0, alive.stderr
    finally:
        subprocess.run([*lab, "clean"], check=True, cwd=ROOT, env=environment, capture_output=True)
