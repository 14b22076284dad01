"""The way back: take volumes off their machine, delete what the operator said, delete the machine.
"""

from hosts.engine import EngineError, engine_of
from hosts.models import DockerHost, Volume
from hosts.steps.kept_volumes import remember_contents
from hosts.steps.machine import find_our_machine, switch_off
from hosts.steps.prism import carry_out, prism_of
from hosts.steps.silent_host import is_silent
from hosts.steps.volume_driver import close_to_dead_clients
from hosts.subject import host_of, volumes_of
from nutanix.prism.errors import NotFound
from operations.errors import StepFailed
from operations.run import Run


def detach_volumes(run: Run) -> None:
    """The engine forgets each volume and the machine loses its disks; all data stays."""
    host, volumes = host_of(run), volumes_of(run)
    if not is_silent(run, host):
        remember_contents(run, host, volumes)
        for volume in volumes:
            _forget_on_engine(run, host, volume)
    for volume in volumes:
        _detach(run, volume)


def delete_volumes(run: Run) -> None:
    """The volumes and everything in them are gone. Only after an explicit confirmation.

    What only its engine could delete stays when that is silent; the log names it.
    """
    host, volumes = host_of(run), volumes_of(run)
    grouped = [volume for volume in volumes if volume.backend == Volume.Backend.VOLUME_GROUP]
    silent = len(grouped) < len(volumes) and is_silent(run, host)
    for volume in volumes:
        if volume in grouped:
            delete_group(run, volume)
        elif silent:
            where = "in Prism" if volume.volume_group_ext_id else f"on {host}"
            run.log(f"Left {where} with its data: volume {volume}", level="warning")
            continue
        else:
            run.checkpoint()
            engine_of(run, host).remove_volume(volume.name)
        volume.record(state=Volume.State.DELETED, claimed_by="", kept=False, host=None)
        run.log(f"Deleted volume {volume} with its data", level="warning")


def delete_host(run: Run) -> None:
    """Our machine is gone from Prism; an existing machine is only let go."""
    host = host_of(run)
    if not host.is_ours:
        run.log(f"{host} was not made by Slipway and stays as it is")
        return
    remove_machine(run, host)
    went_along = host.volumes.filter(backend=Volume.Backend.LOCAL)
    for volume in went_along.exclude(state=Volume.State.DELETED):
        volume.record(state=Volume.State.DELETED, claimed_by="", kept=False, host=None)
        run.log(f"Volume {volume} lay on that machine and went with it", level="warning")
    host.record(state=DockerHost.State.GONE, vm_ext_id="", address="")


def remove_machine(run: Run, host: DockerHost) -> None:
    """Our machine is switched off and deleted in Prism; its volume groups are detached and stay."""
    prism = prism_of(run, host.cluster)
    vm = find_our_machine(prism, host)
    if vm:
        switch_off(run, prism, host, vm)
    for volume in Volume.objects.filter(host=host).exclude(state=Volume.State.DELETED):
        close_to_dead_clients(run, volume)
        _detach(run, volume)
    if vm is None:
        run.log(f"The machine {host} is gone from Prism already")
        return
    carry_out(
        run, prism, host, "delete",
        lambda request_id: prism.delete_vm(vm.ext_id, request_id=request_id),
        what=f"delete the machine {host}",
    )
    run.log(f"Deleted machine {host}")


def _forget_on_engine(run: Run, host: DockerHost, volume: Volume) -> None:
    """A plain local volume is its data: it stays until it is deleted on purpose."""
    if volume.backend != Volume.Backend.VOLUME_GROUP:
        return
    run.checkpoint()
    try:
        engine_of(run, host).remove_volume(volume.name)
    except EngineError as error:
        if "in use" in f"{error.message} {error.detail}":
            raise
        run.log(f"The engine of {host} was not asked about {volume}: {error.message}", "warning")


def _detach(run: Run, volume: Volume) -> None:
    if not volume.volume_group_ext_id:
        return
    prism = prism_of(run, volume.cluster)
    try:
        group = prism.get_volume_group(volume.volume_group_ext_id)
    except NotFound:
        run.log(f"The volume group {volume} is gone from Prism", level="warning")
        return
    if group.clients:  # a volume driver closes what it opened, unless its host died
        run.log(
            f"The volume group {volume} is still open for the iSCSI client "
            f"{', '.join(group.clients)}: close it in Prism before another host uses it",
            level="warning",
        )
    for vm in group.attached_to:
        carry_out(
            run, prism, volume, f"detach-{vm}",
            lambda request_id, vm=vm: prism.detach(group.ext_id, vm, request_id=request_id),
            what=f"detach the volume group {volume}",
        )
        run.log(f"Detached volume group {volume}")
    state = Volume.State.DETACHED if volume.state == Volume.State.READY else volume.state
    volume.record(state=state, host=None, used_percent=0)


def delete_group(run: Run, volume: Volume) -> None:
    """The volume group is gone from Prism with its data. One that is not ours by mark stays.

    What a volume driver made carries no mark: its name must be the same.
    """
    if not volume.volume_group_ext_id:
        return
    _detach(run, volume)
    prism = prism_of(run, volume.cluster)
    try:
        group = prism.get_volume_group(volume.volume_group_ext_id)
    except NotFound:
        return
    is_by_driver = volume.backend == Volume.Backend.NUTANIX_DRIVER
    if not (is_by_driver and group.name == volume.name) and volume.mark not in group.description:
        raise StepFailed(
            f"The volume group {group.name} no longer carries our mark; it is not deleted.",
            advice="Delete it in Prism yourself if nothing needs it; then resume.",
        )
    carry_out(
        run, prism, volume, "delete",
        lambda request_id: prism.delete_volume_group(group.ext_id, request_id=request_id),
        what=f"delete the volume group {volume}",
    )
