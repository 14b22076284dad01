"""Reach into a running machine from its host, as somebody at its console would."""

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from lab import cgroups
from lab.errors import LabError
from lab.volume_driver import plugin

if TYPE_CHECKING:
    from lab.machines import Machine

SEARCH_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"


def run(pid: int, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a program inside the machine whose first process has that number on the host."""
    enter = ["nsenter", "--target", str(pid), "--all", "--wd", "env", "-i", SEARCH_PATH]
    return subprocess.run([*enter, *command], capture_output=True, text=True)


def install_plugin(machine: "Machine", settings: dict[str, str]) -> None:
    """The volume driver is enabled in the machine's engine. Raises LabError when it refuses."""
    pid = cgroups.first_process(cgroups.top() / machine.uuid) if machine.is_on else None
    if not pid:
        raise LabError(f"Machine {machine.name} is off; its engine cannot get a driver.")
    folder = Path(f"/proc/{pid}/root/run/volume-driver")
    shutil.rmtree(folder, ignore_errors=True)
    plugin.write(folder, settings)
    try:
        if run(pid, "docker", "plugin", "inspect", plugin.NAME).returncode:
            _must(run(pid, "docker", "plugin", "create", plugin.NAME, "/run/volume-driver"))
            _must(run(pid, "docker", "plugin", "enable", plugin.NAME))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _must(done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode:
        raise LabError(f"The engine refused the volume driver: {done.stderr.strip()}")
