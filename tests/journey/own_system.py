"""A machine with a real systemd over this machine's own files: what it writes is gone with it.

`real-parts.md` 10: systemd-nspawn boots an overlay in a second; the layer lies on a tmpfs, because
a layer may not lie inside the tree that it covers.
"""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from lab import cgroups, guest, launch
from tests.clone import ROOT, clean_clone
from tests.environment import callers_environment
from tests.operations.processes import eventually

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NAME = "own-system"


class OwnSystem:
    """The running machine; `clone` is where the project lies in it, as after `git clone`."""

    clone = "/usr/src/slipway"

    def __init__(self, process, cgroup, log):
        self.process, self.cgroup, self.log = process, cgroup, log

    def run(self, *command):
        done = guest.run(self.first(), *command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def fails(self, *command):
        return guest.run(self.first(), *command).returncode != 0

    def first(self):
        assert self.process.poll() is None, self.log.read_text()
        return cgroups.first_process(self.cgroup)

    def is_booted(self):
        return self.first() and guest.run(
            self.first(), "systemctl", "is-active", "multi-user.target").stdout == "active\n"


@contextmanager
def own_system(folder):
    """Boot it in `folder`; needs a lab, whose clean-up ends it whatever happens here."""
    machine, clone = folder / "machine", folder / "clone"
    clean_clone(clone)
    machine.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", machine], check=True)
    try:
        for part in ("upper", "work", "root"):
            (machine / part).mkdir()
        with _booted(machine, clone) as system:
            yield system
    finally:
        cgroups.kill(cgroups.top() / NAME)
        subprocess.run(["umount", machine], check=True)


@contextmanager
def _booted(machine, clone):
    cgroup, log = cgroups.make(NAME), machine / "console.log"
    nspawn = [
        "systemd-nspawn", "--quiet", "--boot", f"--directory={machine / 'root'}",
        "--machine=slipway-own", "--register=no", "--keep-unit", "--private-network",
        "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe",
        f"--bind-ro={clone}:{OwnSystem.clone}",
    ]
    with log.open("w") as said:
        process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "slave", sys.executable, "-I",
             launch.__file__, str(cgroup), "/", str(machine), *nspawn],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )
    try:
        system = OwnSystem(process, cgroup, log)
        eventually(system.is_booted, what="systemd")
        yield system
    finally:
        cgroups.kill(cgroup)
        process.wait(30)


def python_environment(requirements):
    """The folder of the environment that script/server makes with the system's own Python."""
    make = 'source script/environment; use_python "$0"; echo "$PYTHON"'
    environment = callers_environment() | {"PATH": SYSTEM_PATH}
    made = subprocess.run(
        ["bash", "-c", make, requirements], cwd=ROOT, env=environment, check=True,
        capture_output=True, text=True,
    )
    return Path(made.stdout.strip()).parents[1]
