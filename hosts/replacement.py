"""Why a host's machine cannot be replaced by a new one: asked before the old one is touched."""

from collections.abc import Iterable, Iterator

from hosts.machine_problems import machine_exists, problems_with_new_machine
from hosts.models import DockerHost, Volume
from nutanix.prism import PrismClient
from nutanix.prism.errors import NotFound


def problems_with_replacement(
    prism: PrismClient, host: DockerHost, volumes: Iterable[Volume]
) -> list[str]:
    """Every reason that Prism knows today: for the new machine, and for the data it is to carry."""
    lacking = host.lacking()
    if lacking:
        return [f"The cluster {host.cluster} lacks {', '.join(lacking)}."]
    problems = problems_with_new_machine(prism, host)
    for volume in volumes:
        problems += _with_volume(prism, host, volume)
    return problems


def _with_volume(prism: PrismClient, host: DockerHost, volume: Volume) -> Iterator[str]:
    """A volume that never got its group has no data either."""
    if not volume.volume_group_ext_id:
        return
    try:
        group = prism.get_volume_group(volume.volume_group_ext_id)
    except NotFound:
        yield (
            f"The volume group of {volume} is gone from Prism, and its data with it: restore it "
            "from a snapshot there."
        )
        return
    if volume.mark not in group.description:
        yield f"The volume group {group.name} no longer carries our mark."
    for vm in group.attached_to:
        if vm != host.vm_ext_id and machine_exists(prism, vm):
            yield f"The volume group {volume} is attached to another machine ({vm})."
