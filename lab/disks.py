"""Disks of volume groups: sparse files behind loop devices, shown to machines under by-id names."""

import json
import os
import stat
from pathlib import Path

from lab.commands import run
from lab.hypervisor import HypervisorError
from lab.paths import DATA

FOLDER = DATA / "disks"
BY_ID = "dev/disk/by-id/scsi-SNUTANIX_VDISK_{uuid}"


def create(uuid: str, size_bytes: int) -> None:
    """The disk exists, empty, at that size, behind a loop device; an existing one is kept."""
    file = FOLDER / uuid
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)
        os.truncate(file, size_bytes)
    if not _loop_of(file):
        run("losetup", "--find", file)


def grow(uuid: str, size_bytes: int) -> None:
    """The disk is at least that large, and whoever has it open sees so."""
    file = FOLDER / uuid
    if file.stat().st_size < size_bytes:
        os.truncate(file, size_bytes)
    run("losetup", "--set-capacity", device(uuid))


def delete(uuid: str) -> None:
    """The disk, its loop device and its content are gone."""
    file = FOLDER / uuid
    loop = _loop_of(file)
    if loop:
        run("losetup", "--detach", loop)
    file.unlink(missing_ok=True)


def device(uuid: str) -> Path:
    """The loop device of the disk. Raises HypervisorError for a disk that is not there."""
    loop = _loop_of(FOLDER / uuid)
    if not loop:
        raise HypervisorError(f"The hypervisor knows no disk {uuid}.")
    return Path(loop)


def show(uuid: str, root: Path) -> None:
    """The machine whose files are under `root` has the device and its by-id name."""
    loop = device(uuid)
    number = loop.stat().st_rdev
    node = root / "dev" / loop.name
    if not node.exists():
        os.mknod(node, 0o660 | stat.S_IFBLK, number)
    link = root / BY_ID.format(uuid=uuid)
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(f"../../{loop.name}")


def hide(uuid: str, root: Path) -> None:
    """The machine whose files are under `root` no longer has the device."""
    (root / BY_ID.format(uuid=uuid)).unlink(missing_ok=True)
    (root / "dev" / device(uuid).name).unlink(missing_ok=True)


def boot_lines(uuids: set[str]) -> str:
    """tmpfiles.d lines by which a booting machine has its disks before any service starts."""
    lines = ["d /dev/disk/by-id 0755 root root -"] if uuids else []
    for uuid in sorted(uuids):
        loop = device(uuid)
        major, minor = os.major(loop.stat().st_rdev), os.minor(loop.stat().st_rdev)
        lines.append(f"b /dev/{loop.name} 0660 root disk - {major}:{minor}")
        lines.append(f"L /{BY_ID.format(uuid=uuid)} - - - - ../../{loop.name}")
    return "".join(f"{line}\n" for line in lines)


def loops_under(folder: Path) -> list[str]:
    """Every loop device whose file is in that folder, also a deleted file."""
    listed = json.loads(run("losetup", "--list", "--json") or '{"loopdevices": []}')
    return [
        entry["name"]
        for entry in listed["loopdevices"]
        if entry["back-file"] and Path(entry["back-file"]).is_relative_to(folder)
    ]


def _loop_of(file: Path) -> str | None:
    found = run("losetup", "--associated", file).splitlines()
    return found[0].split(":", 1)[0] if found else None
