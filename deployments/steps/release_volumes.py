"""Let go of what stays: kept volumes wait for another instance, plans that came to nothing end."""

from deployments.configuration import volumes_of
from deployments.models import HarborInstance
from hosts import services as hosts
from hosts.models import DockerHost, Volume
from operations.run import Run


def release_volumes(run: Run) -> None:
    """Nothing belongs to the instance any more; the log names what was kept."""
    kept = []
    for volume in volumes_of(run.subject).values():
        if volume.state == Volume.State.PLANNED and not volume.volume_group_ext_id:
            volume.record(state=Volume.State.DELETED, claimed_by="")
        else:
            kept.append(volume.name)
    hosts.release_volumes(str(run.subject.uuid))
    if kept:
        run.log(f"Kept with their data: {', '.join(sorted(kept))}")
    _give_up_planned_host(run.subject)


def _give_up_planned_host(instance: HarborInstance) -> None:
    host = instance.host
    # A request that went out may have made a machine: then deleting it is an operation.
    if host and host.is_ours and not host.vm_ext_id and not host.requests:
        host.record(state=DockerHost.State.GONE)
