"""A cgroup per machine, by which everything that a machine runs can be killed at once."""

import os
import time
from functools import cache
from pathlib import Path

from lab.errors import LabError
from lab.paths import SUFFIX


@cache
def top() -> Path:
    """The lab's own cgroup (version 2; on a hybrid host its unified branch).

    Raises LabError when the host offers none that can be written.
    """
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mounted, kind, options, *_ = line.split()
        if kind == "cgroup2" and "rw" in options.split(","):
            return Path(mounted) / f"slipway-lab{SUFFIX}"
    raise LabError("The lab needs a writable cgroup version 2 mount, and this machine has none.")


def make(name: str) -> Path:
    """An empty cgroup for one machine."""
    cgroup = top() / name
    cgroup.mkdir(parents=True, exist_ok=True)
    for group in (top().parent, top()):
        controllers = (group / "cgroup.controllers").read_text().split()
        for controller in controllers:
            _enable(group, controller)
    return cgroup


def kill(cgroup: Path) -> None:
    """Every process in it is dead and the cgroup is gone, as when the cord is pulled."""
    if not cgroup.exists():
        return
    (cgroup / "cgroup.kill").write_text("1")
    deadline = time.monotonic() + 10
    while "populated 1" in (cgroup / "cgroup.events").read_text():
        if time.monotonic() > deadline:
            raise LabError(f"Processes of {cgroup.name} did not die in 10 seconds.")
        time.sleep(0.01)
    for hierarchy in _hierarchies():
        for folder, _, _ in os.walk(hierarchy / cgroup.relative_to(top().parent), topdown=False):
            os.rmdir(folder)


def kill_all() -> None:
    """No process of any machine of this lab is left, and no cgroup."""
    kill(top())


def _hierarchies() -> list[Path]:
    """Where cgroups are mounted: systemd-nspawn mirrors a machine's one into version 1 trees."""
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    return [Path(mounted) for _, mounted, kind, *_ in mounts if kind in ("cgroup", "cgroup2")]


def _enable(group: Path, controller: str) -> None:
    try:
        (group / "cgroup.subtree_control").write_text(f"+{controller}")
    except OSError:
        return  # not delegated here: machines run without that limit


def first_process(cgroup: Path) -> int | None:
    """The process that is number 1 inside the machine, by its number on the host."""
    for file in cgroup.rglob("cgroup.procs"):
        for pid in file.read_text().split():
            if _number_inside(pid) == "1":
                return int(pid)
    return None


def _number_inside(pid: str) -> str:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return ""  # ended meanwhile
    numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()
    return numbers[-1] if len(numbers) > 2 else ""
