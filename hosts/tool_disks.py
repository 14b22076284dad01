"""The host tool's verbs for disks: look at them, format blank ones, let file systems grow."""

import re
from typing import Any
from uuid import UUID

from hosts.engine import EngineError, Result

_DEVICE = re.compile(r"/dev/disk/by-id/[A-Za-z0-9._:-]+")
_LOOKED_AT = 16 * 1024 * 1024
_NOTHING_FOUND = 2  # blkid's exit code for a device without any signature
_LONG = 1800.0


class DiskVerbs:
    """Part of HostTool. Devices are named under /dev/disk/by-id only."""

    def disks(self) -> set[str]:
        """Every disk and partition of the host, as /dev/disk/by-id/…"""
        result = self._run(["ls", "/dev/disk/by-id"], binds=["/dev:/dev:ro"])
        names = result.output.split() if result.exit_code == 0 else []
        return {f"/dev/disk/by-id/{name}" for name in names}

    def device_size(self, device: str) -> int | None:
        """Bytes of the block device; None while it is not there."""
        result = self._on_device(["blockdev", "--getsize64", _checked(device)])
        return int(result.output) if result.exit_code == 0 else None

    def filesystem_on(self, device: str) -> dict[str, str] | None:
        """What blkid finds on the device (TYPE, UUID, LABEL …); None when nothing at all."""
        result = self._on_device(["blkid", "--probe", "--output", "export", _checked(device)])
        if result.exit_code == _NOTHING_FOUND and not result.output.strip():
            return None
        require(result, f"look at {device}")
        pairs = (line.partition("=") for line in result.output.splitlines())
        return {name: value for name, _, value in pairs if name}

    def is_blank(self, device: str) -> bool:
        """Whether the first 16 MiB are all zero: raw data without a signature is data, too."""
        command = ["cmp", "--silent", f"--bytes={_LOOKED_AT}", _checked(device), "/dev/zero"]
        return self._on_device(command).exit_code == 0

    def format_disk(self, device: str, kind: str, filesystem_uuid: UUID, label: str) -> None:
        """Make an ext4 or xfs with that UUID. Call only for a blank device: this asks nothing."""
        command = {
            "ext4": ["mkfs.ext4", "-q", "-F", "-m", "1", "-U", str(filesystem_uuid),
                     "-L", label[:16]],
            "xfs": ["mkfs.xfs", "-q", "-f", "-m", f"uuid={filesystem_uuid}", "-L", label[:12]],
        }[kind]
        require(self._on_device([*command, _checked(device)], timeout=_LONG), f"format {device}")

    def look_at_size_again(self, device: str) -> None:
        """Have the kernel ask the disk for its size; disks that tell it by themselves need nothing.
        """
        link = self._on_device(["readlink", "--canonicalize", _checked(device)]).output.strip()
        file = f"/sys/class/block/{link.rpartition('/')[2]}/device/rescan"
        if self._on_device(["ls", file]).exit_code == 0:
            # Any write does; the kernel does not read what (scsi_sysfs.c, store_rescan_field).
            command = ["dd", "if=/dev/zero", f"of={file}", "bs=1", "count=1", "conv=notrunc"]
            require(self._on_device(command), f"ask {device} for its size")

    def grow_filesystem(self, device: str, kind: str, volume: str) -> None:
        """Let the file system fill its grown device, while containers use the volume.

        The engine mounts it here, too: that is where both programs look for it.
        """
        command = {"ext4": ["resize2fs", _checked(device)], "xfs": ["xfs_growfs", "/v"]}[kind]
        result = self._on_device(command, timeout=_LONG, volumes={volume: "/v"})
        require(result, f"grow the file system of {volume}")

    def _on_device(self, command: list[str], **settings: Any) -> Result:
        settings = {"timeout": 120.0, "binds": ["/dev:/dev"], "privileged": True} | settings
        return self._run(command, **settings)


def _checked(device: str) -> str:
    """Only names under by-id: /dev/sdb may be another disk after the next boot."""
    if not _DEVICE.fullmatch(device):
        raise EngineError(f"“{device}” is no name of a disk under /dev/disk/by-id.")
    return device


def require(result: Result, what: str) -> None:
    """Raises EngineError with the program's last words unless it succeeded."""
    if result.exit_code:
        raise EngineError(
            f"The host could not {what}: {result.output.strip()[-300:]}", detail=result.output
        )
