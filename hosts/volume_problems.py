"""Why a volume cannot be grown or deleted: asked before anything is done, and all of it at once."""

from collections.abc import Iterator

from hosts.models import DockerHost, Volume
from hosts.models.volume import LARGEST_GIB
from lib.errors import ServiceError
from lib.sizes import GIB, human


def problems_with_growth(volume: Volume, size_gib: int) -> list[str]:
    """From the rows and, when these allow it, from Prism as it is now."""
    problems = list(_with_volume(volume)) + list(_with_size(volume, size_gib))
    if volume.disk_ext_id and volume.cluster and size_gib > volume.size_gib:
        try:
            problems += _with_container(volume, size_gib)
        except ServiceError as error:
            problems.append(f"{volume.cluster.prism}: {error.message} {error.advice}".strip())
    return problems


def problems_with_deletion(volume: Volume, typed_name: str) -> list[str]:
    """Only what nobody uses is deleted, and only by its name."""
    problems = []
    if volume.state == Volume.State.DELETED:
        problems.append(f"{volume} is deleted already.")
    if volume.claimed_by:
        user = volume.used_by or "an instance"
        problems.append(f"{volume} is in use by {user}: retire that first.")
    if typed_name != volume.name:
        problems.append(f"Type the name of the volume, {volume.name}, to delete it with its data.")
    return problems


def problems_with_use(volume: Volume) -> list[str]:
    """Moved or looked into is only a volume group that no living instance uses."""
    problems = []
    if volume.backend != Volume.Backend.VOLUME_GROUP or not volume.volume_group_ext_id:
        problems.append(f"{volume} is no volume group in Prism.")
    if volume.claimed_by:
        user = volume.used_by or "an instance"
        problems.append(f"{volume} is in use by {user}: retire that first.")
    if volume.state == Volume.State.DELETED:
        problems.append(f"{volume} is deleted already.")
    return problems


def problems_with_host(volume: Volume, host: DockerHost) -> list[str]:
    """A volume group is used by one machine of its own cluster, whose engine answers."""
    problems = []
    if host.cluster_id != volume.cluster_id or not host.vm_ext_id:
        problems.append(f"{host} is no machine on the cluster {volume.cluster}.")
    if host.state != DockerHost.State.READY:
        problems.append(f"{host} is not ready: connect it first.")
    if volume.host_id not in (None, host.pk):
        problems.append(f"{volume} is on {volume.host}: detach it there first.")
    return problems


def _with_volume(volume: Volume) -> Iterator[str]:
    if volume.backend == Volume.Backend.NUTANIX_DRIVER:
        yield (
            f"{volume} was made by the Nutanix volume driver, which cannot grow what it has made. "
            "Back its registry up and restore it into an instance on volume groups."
        )
    elif volume.backend != Volume.Backend.VOLUME_GROUP:
        yield (
            f"{volume} is of the kind “{volume.get_backend_display()}”: only volume groups can be "
            "grown here."
        )
    elif volume.state != Volume.State.READY or volume.host is None:
        yield f"{volume} is not in use by a host: it is grown where its file system is mounted."


def _with_size(volume: Volume, size_gib: int) -> Iterator[str]:
    if size_gib <= volume.size_gib:
        yield f"{volume} has {volume.size_gib} GiB: give more, because a disk cannot shrink."
    if size_gib > LARGEST_GIB:
        yield f"A volume has at most {LARGEST_GIB} GiB."


def _with_container(volume: Volume, size_gib: int) -> Iterator[str]:
    with volume.cluster.client() as prism:
        disks = prism.volume_disks(volume.volume_group_ext_id)
        known = {each.ext_id: each for each in prism.containers(volume.cluster.ext_id)}
    disk = next((each for each in disks if each.ext_id == volume.disk_ext_id), None)
    if disk is None:
        yield f"Prism does not know the disk of {volume} any more."
        return
    container = known.get(disk.container)
    more = size_gib * GIB - disk.size_bytes
    if container and container.free_bytes is not None and container.free_bytes < more:
        yield (
            f"The storage container {container.name} has {human(container.free_bytes)} free; "
            f"{human(more)} more are needed."
        )
