"""Make sure that every volume is attached, formatted, mounted by the engine, and rightly owned."""

from hosts.engine import engine_of
from hosts.host_tool import HostTool
from hosts.measuring import LEAST_PART, measured
from hosts.models import DockerHost, Volume
from hosts.steps.volume_contents import require_fitting_contents
from hosts.steps.volume_disks import ensure_attached, ensure_filesystem
from hosts.steps.volume_driver import ensure_driver_volume, ensure_volume_driver
from hosts.subject import host_of, volumes_of
from lib.sizes import GIB, human
from operations.errors import StepFailed
from operations.run import Run

# uid:gid and mode of each volume's top folder (harbor.md 3.5).
OWNERS = {
    Volume.Role.REGISTRY: (10000, 10000, 0o755),
    Volume.Role.DATABASE: (999, 999, 0o700),
    Volume.Role.REDIS: (999, 999, 0o755),
    Volume.Role.JOBSERVICE: (10000, 10000, 0o755),
}


def prepare_volumes(run: Run) -> None:
    """One after the other; each is recorded as ready when it was verified."""
    host, volumes = host_of(run), volumes_of(run)
    if not volumes:
        raise StepFailed(
            f"{run.subject} has no volumes planned.", advice="Start the deployment again."
        )
    for driver in {volume.volume_driver for volume in volumes if volume.volume_driver}:
        ensure_volume_driver(run, host, driver)
    for number, volume in enumerate(volumes):
        run.progress(number, len(volumes), "volumes")
        _prepare(run, host, volume)
    run.progress(len(volumes), len(volumes), "volumes")


def _prepare(run: Run, host: DockerHost, volume: Volume) -> None:
    engine = engine_of(run, host)
    tool = HostTool(engine)
    if volume.backend == Volume.Backend.VOLUME_GROUP:
        ensure_attached(run, host, volume)
        ensure_filesystem(run, volume, tool)
    elif volume.backend == Volume.Backend.LOCAL:
        run.log(
            f"{volume} lies on the disk of {host} itself: it is lost with that machine",
            level="warning",
        )
    run.checkpoint()
    with run.outside(f"volume {volume}"):
        if volume.backend == Volume.Backend.NUTANIX_DRIVER:
            ensure_driver_volume(run, engine, volume)
        else:
            engine.ensure_volume(volume.name, volume.driver, volume.driver_options())
        require_fitting_contents(volume, tool)
        if not (
            volume.backend == Volume.Backend.VOLUME_GROUP
            and volume.filesystem == Volume.Filesystem.EXT4
        ):
            tool.keep_owner(volume.name)
        tool.own(volume.name, *OWNERS[Volume.Role(volume.role)])
    _verify(run, volume, tool)
    volume.record(state=Volume.State.READY, host=host, kept=False)


def _verify(run: Run, volume: Volume, tool: HostTool) -> None:
    """The engine mounted a file system of its own, of the right size and owner."""
    top, space = tool.top_of(volume.name), tool.space_of(volume.name)
    volume.record(**measured(volume, space))
    if (top.uid, top.gid, top.mode) != OWNERS[Volume.Role(volume.role)]:
        raise StepFailed(
            f"{volume} belongs to {top.uid}:{top.gid} with mode {top.mode:o}, against our will.",
            advice="Look at the file system on the host: is it read-only or a network mount?",
        )
    if volume.backend == Volume.Backend.LOCAL:
        run.log(f"{volume}: {human(space.free)} free, shared with the system of its host")
        return
    if not top.is_apart:
        raise StepFailed(
            f"{volume} is not a disk of its own: data would land on the host's system disk.",
            advice="Look at `docker volume inspect` on the host; then resume.",
        )
    if space.total < volume.size_gib * GIB * LEAST_PART:
        raise StepFailed(
            f"{volume} has {human(space.total)}, but {volume.size_gib} GiB were asked for.",
            advice="Look at the volume group in Prism; then resume.",
        )
    run.log(f"{volume}: {human(space.total)}, {human(space.free)} free, mounted by the engine")
