"""The volume group behind a volume: made, given a disk, attached, formatted only when blank."""

from collections.abc import Iterable

from django.conf import settings

from hosts.host_tool import HostTool
from hosts.machine_problems import machine_exists
from hosts.models import DockerHost, Volume
from hosts.steps.prism import carry_out, make_once, prism_of
from lib.sizes import GIB
from nutanix.prism import PrismClient
from nutanix.prism.errors import NotFound
from nutanix.prism.types import VolumeGroup
from operations.errors import StepFailed
from operations.run import Run

_APPEAR_SECONDS = 120.0


def ensure_attached(run: Run, host: DockerHost, volume: Volume) -> None:
    """The volume group exists, has its disk, and this host's machine has it alone."""
    if volume.cluster is None or host.cluster_id != volume.cluster_id:
        raise StepFailed(
            f"{volume} is a volume group, but {host} is not on its cluster.",
            advice="Choose storage on the host's own disk, or a host on that cluster.",
        )
    prism = prism_of(run, volume.cluster)
    group = _find_group(prism, volume) or _create_group(run, prism, volume)
    _ensure_disk(run, prism, volume, group)
    others = [vm for vm in group.attached_to if vm != host.vm_ext_id]
    living = [vm for vm in others if machine_exists(prism, vm)]
    if living:
        raise StepFailed(
            f"The volume group {volume} is attached to another machine ({', '.join(living)}).",
            advice="Two machines on one file system destroy it. Detach it there; then resume.",
        )
    for ghost in others:
        carry_out(
            run, prism, volume, f"detach-{ghost}",
            lambda request_id, vm=ghost: prism.detach(group.ext_id, vm, request_id=request_id),
            what=f"detach the volume group {volume} from a machine that is gone",
        )
    if host.vm_ext_id not in group.attached_to:
        carry_out(
            run, prism, volume, "attach",
            lambda request_id: prism.attach(group.ext_id, host.vm_ext_id, request_id=request_id),
            what=f"attach the volume group {volume} to {host}",
        )
        run.log(f"Attached volume group {volume} to {host}")


def ensure_filesystem(run: Run, volume: Volume, tool: HostTool) -> None:
    """The disk is visible on the host and carries our file system; nothing else is ever erased."""
    device = settings.DISK_BY_ID_PATTERN.format(disk=volume.disk_ext_id)
    run.wait_until(
        lambda: tool.device_size(device), what=f"the disk of {volume} on its host",
        timeout=_APPEAR_SECONDS,
        advice="Look in Prism whether the volume group is attached to the machine; then resume.",
    )
    if volume.device != device:
        volume.record(device=device)
    found = tool.filesystem_on(device) or {}
    is_ours = found.get("UUID", "").lower() == str(volume.filesystem_uuid)
    if is_ours and volume.state != Volume.State.FORMATTING:
        return
    if found and not is_ours:
        raise _foreign(volume, found.get("TYPE") or found.get("PTTYPE") or "data")
    if volume.state == Volume.State.PLANNED and not tool.is_blank(device):
        raise _foreign(volume, "data without a known file system")
    if volume.state in (Volume.State.READY, Volume.State.DETACHED):
        raise StepFailed(
            f"The file system of {volume} has vanished from its disk.",
            advice="Restore the volume group from a snapshot in Prism. Nothing was written to it.",
        )
    if not tool.has_program(f"mkfs.{volume.filesystem}"):
        raise StepFailed(
            f"{volume.host} has no mkfs.{volume.filesystem}.",
            advice="Install e2fsprogs or xfsprogs there, or choose VOLUME_FILESYSTEM anew.",
        )
    # From here until it is done, a crash leaves a half-made file system that is surely ours.
    volume.record(state=Volume.State.FORMATTING)
    run.checkpoint()
    with run.outside(f"format {volume}"):
        tool.format_disk(device, volume.filesystem, volume.filesystem_uuid, volume.role)
    volume.record(state=Volume.State.PLANNED)
    run.log(f"Formatted the disk of {volume}: {volume.filesystem_uuid}")


def without_their_disk(volumes: Iterable[Volume], tool: HostTool) -> list[Volume]:
    """Those whose volume group the host does not see: no container can use them."""
    grouped = [volume for volume in volumes if volume.backend == Volume.Backend.VOLUME_GROUP]
    there = tool.disks() if grouped else set()
    return [volume for volume in grouped if volume.device not in there]


def _foreign(volume: Volume, what: str) -> StepFailed:
    return StepFailed(
        f"The disk of {volume} holds {what} that Slipway did not make.",
        advice="Nothing was written to it. Use another volume, or erase that disk yourself.",
    )


def _find_group(prism: PrismClient, volume: Volume) -> VolumeGroup | None:
    if volume.volume_group_ext_id:
        try:
            return prism.get_volume_group(volume.volume_group_ext_id)
        except NotFound as error:
            if volume.state in (Volume.State.PLANNED, Volume.State.FORMATTING):
                volume.record(volume_group_ext_id="", disk_ext_id="", requests={})
                return None
            raise StepFailed(
                f"The volume group of {volume} is gone from Prism, and its data with it.",
                advice="Restore it from a snapshot in Prism, or retire this instance.",
            ) from error
    found = prism.find_volume_group(volume.name)
    if found is None:
        return None
    if volume.mark not in found.description:
        raise StepFailed(
            f"Prism has a volume group named {volume} that is not ours.",
            advice="Rename or delete it in Prism if nothing needs it; then resume.",
            detail=found.ext_id,
        )
    volume.request_done("create")
    volume.record(volume_group_ext_id=found.ext_id)
    return prism.get_volume_group(found.ext_id)


def _create_group(run: Run, prism: PrismClient, volume: Volume) -> VolumeGroup:
    made = make_once(
        run, prism, volume, "create",
        lambda request_id: prism.create_volume_group(
            volume.name, cluster=volume.cluster.ext_id, mark=volume.mark, request_id=request_id
        ),
        what=f"make the volume group {volume}",
        look=lambda: prism.find_volume_group(volume.name),
    )
    volume.record(volume_group_ext_id=made.ext_id)
    run.log(f"Made volume group {volume}")
    return prism.get_volume_group(made.ext_id)


def _ensure_disk(run: Run, prism: PrismClient, volume: Volume, group: VolumeGroup) -> None:
    disks = prism.volume_disks(group.ext_id)
    if not disks:
        disks = make_once(
            run, prism, volume, "disk",
            lambda request_id: prism.add_disk(
                group.ext_id, container=volume.cluster.default_container_ext_id,
                size_bytes=volume.size_gib * GIB, request_id=request_id,
            ),
            what=f"add a disk of {volume.size_gib} GiB to {volume}",
            look=lambda: prism.volume_disks(group.ext_id),
        )
    known = [disk for disk in disks if disk.ext_id == volume.disk_ext_id] or disks
    if len(known) != 1:
        raise StepFailed(
            f"The volume group {volume} has {len(disks)} disks; one was expected.",
            advice="Remove in Prism what was added there; then resume.",
        )
    if volume.disk_ext_id != known[0].ext_id:
        volume.record(disk_ext_id=known[0].ext_id)
