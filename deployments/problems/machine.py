"""What an existing machine lacks (`harbor.md 7`, the preflight list)."""

import re
from collections.abc import Iterator

from deployments.models import HarborInstance, Release
from deployments.problems.neighbours import problems_with_neighbours
from hosts.engine import Engine
from hosts.host_tool import HostTool
from hosts.volume_driver import problems_with_volume_driver
from lib.sizes import GIB, human

_LOWEST_ENGINE = (20, 10)
# Harbor's documented minimum, with some room for what firmware and kernel keep for themselves.
_LEAST_CPUS, _LEAST_MEMORY = 2, 3.5 * GIB
# Images packed, unpacked and in between; as much is asked for when the archive is not known.
_TIMES_ARCHIVE, _USUAL_ROOM = 3, 5 * GIB
# Tokens and certificates are refused when clocks differ more.
_CLOCK_SECONDS = 60
# As `stat --file-system` names them: owners, locks and disk flushes are not what a database needs.
_NETWORK_KINDS = ("nfs", "cifs", "smb", "fuseblk", "afs", "ceph", "gfs", "lustre")


def problems_with_machine(instance: HarborInstance, docker: Engine) -> list[str]:
    """Every reason why Harbor cannot run on this engine; looks only."""
    info, tool = docker.info(), HostTool(docker)
    problems = list(_with_engine(info))
    if instance.deployed_at is None:
        problems += problems_with_neighbours(instance, docker, tool)
        problems += _with_disk(instance, info, tool)
    ahead = tool.clock()
    if abs(ahead) > _CLOCK_SECONDS:
        problems.append(
            f"The clock of {instance.host} differs from the console's by {ahead:.0f} seconds: "
            "set up time synchronisation on both."
        )
    if instance.chosen_driver:
        problems += problems_with_volume_driver(docker, instance.host, instance.chosen_driver)
    return problems


def _with_engine(info: dict) -> Iterator[str]:
    if info.get("Architecture") not in ("x86_64", "amd64"):
        yield f"The host is {info.get('Architecture')}; Harbor's images are for x86_64."
    found = re.match(r"(\d+)\.(\d+)", info.get("ServerVersion", ""))
    version = tuple(int(part) for part in found.groups()) if found else (0, 0)
    if version < _LOWEST_ENGINE:
        yield f"Docker {info.get('ServerVersion')} is too old: 20.10 or later is needed."
    options = " ".join(info.get("SecurityOptions") or [])
    for flag, reason in (
        ("name=userns", "maps users to other numbers, which Harbor's volumes do not survive"),
        ("name=rootless", "runs without root and cannot mount volumes"),
    ):
        if flag in options:
            yield f"The engine {reason}: use an engine without this."
    if info.get("NCPU", 0) < _LEAST_CPUS:
        yield f"The host has {info.get('NCPU')} CPU; Harbor needs {_LEAST_CPUS}."
    if info.get("MemTotal", 0) < _LEAST_MEMORY:
        yield f"The host has {human(info.get('MemTotal', 0))} of memory; Harbor needs 4 GiB."


def _with_disk(instance: HarborInstance, info: dict, tool: HostTool) -> Iterator[str]:
    folder = info.get("DockerRootDir") or "/var/lib/docker"
    space, needed = tool.free_space(folder), _room_for_images(instance.release)
    what = "the images need"
    if instance.storage == HarborInstance.Backend.LOCAL:
        needed += instance.total_gib * GIB
        what = "images and volumes need"
        if space.kind.startswith(_NETWORK_KINDS):
            yield (
                f"{folder} of {instance.host} lies on a network file system ({space.kind}); "
                "Harbor's database does not survive there: use a disk of the host."
            )
    if space.free < needed:
        yield (
            f"{instance.host} has {human(space.free)} free in {folder}; {what} {human(needed)}: "
            "make room, or choose smaller sizes."
        )


def _room_for_images(release: Release) -> int:
    if release.source == Release.Source.ARCHIVE:
        return _TIMES_ARCHIVE * release.archive_size
    return _USUAL_ROOM
