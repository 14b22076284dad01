"""A larger disk under a mounted file system: in Prism, seen by the host, filled, and looked at."""

from hosts.engine import engine_of
from hosts.host_tool import HostTool
from hosts.measuring import LEAST_PART, measured
from hosts.models import Volume
from hosts.steps.prism import carry_out, prism_of
from hosts.volume_problems import problems_with_growth
from lib.sizes import GIB, human
from nutanix.prism.types import VolumeDisk
from operations.errors import StepFailed
from operations.run import Run

_SEEN_SECONDS = 120.0


def check_growth(run: Run) -> None:
    """Everything that stands in the way, before the disk is touched: it cannot shrink again."""
    problems = problems_with_growth(run.subject, _wanted_gib(run))
    if problems:
        raise StepFailed(" ".join(problems), advice="Nothing was touched.")
    run.log(f"{run.subject} can grow from {run.subject.size_gib} to {_wanted_gib(run)} GiB")


def grow_disk(run: Run) -> None:
    """The disk of the volume group has the size in Prism."""
    volume, wanted = run.subject, _wanted_gib(run) * GIB
    prism = prism_of(run, volume.cluster)
    disk = _disk_of(prism.volume_disks(volume.volume_group_ext_id), volume)
    if disk.size_bytes < wanted:
        carry_out(
            run, prism, volume, "grow",
            lambda request_id: prism.grow_disk(
                volume.volume_group_ext_id, disk.ext_id, wanted, request_id=request_id
            ),
            what=f"grow the disk of {volume}",
        )
        disk = _disk_of(prism.volume_disks(volume.volume_group_ext_id), volume)
    if disk.size_bytes < wanted:
        raise StepFailed(
            f"Prism says it grew the disk of {volume}, but shows {human(disk.size_bytes)}.",
            advice="Look at the volume group in Prism; then resume.",
        )
    run.record(bytes=disk.size_bytes)
    run.log(f"The disk of {volume} has {human(disk.size_bytes)} in Prism")


def grow_filesystem(run: Run) -> None:
    """The host sees the larger disk and its file system fills it, while containers write to it."""
    volume, wanted = run.subject, run.fact("grow-disk", "bytes")
    tool = HostTool(engine_of(run, volume.host))
    run.checkpoint()
    tool.look_at_size_again(volume.device)
    run.wait_until(
        lambda: (tool.device_size(volume.device) or 0) >= wanted,
        what=f"{volume.host} to see the larger disk", timeout=_SEEN_SECONDS,
        advice="Look at the machine's console: does `lsblk` show the new size? Then resume.",
    )
    run.checkpoint()
    with run.outside(f"grow the file system of {volume}"):
        tool.grow_filesystem(volume.device, volume.filesystem, volume.name)
    space = tool.space_of(volume.name)
    if space.total < wanted * LEAST_PART:
        raise StepFailed(
            f"The file system of {volume} has {human(space.total)} on a disk of {human(wanted)}.",
            advice="Look at the kernel's messages on the host (dmesg); then resume.",
        )
    volume.record(size_gib=wanted // GIB, **measured(volume, space))
    run.log(f"{volume}: {human(space.total)}, {human(space.free)} free")


def _wanted_gib(run: Run) -> int:
    return int(run.parameters["size_gib"])


def _disk_of(disks: list[VolumeDisk], volume: Volume) -> VolumeDisk:
    found = next((disk for disk in disks if disk.ext_id == volume.disk_ext_id), None)
    if found is None:
        raise StepFailed(
            f"Prism does not know the disk of {volume} any more.",
            advice="Look at the volume group in Prism; then resume.",
        )
    return found
