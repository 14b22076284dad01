"""Delete in Prism what carries our mark and is in no book; looked at once more before."""

from collections.abc import Callable
from typing import TypeVar

from django.utils import timezone

from hosts.machine_problems import machine_exists
from hosts.models import DockerHost, Leftover, Volume
from hosts.steps.machine import switch_off
from hosts.steps.prism import carry_out, prism_of
from nutanix.prism import PrismClient
from nutanix.prism.errors import NotFound
from nutanix.prism.types import VM, VolumeGroup
from operations.errors import StepFailed
from operations.run import Run

Found = TypeVar("Found", VM, VolumeGroup)


def delete_leftover(run: Run) -> None:
    """Afterwards Prism does not have it; what it was attached to keeps its data."""
    leftover = run.subject
    prism = prism_of(run, leftover.cluster)
    if leftover.kind == Leftover.Kind.MACHINE:
        _delete_machine(run, prism, leftover)
    else:
        _delete_group(run, prism, leftover)
    leftover.record(deleted_at=timezone.now())


def _delete_machine(run: Run, prism: PrismClient, leftover: Leftover) -> None:
    vm = _still_there(run, leftover, prism.get_vm)
    if vm is None:
        return
    living = DockerHost.objects.exclude(state=DockerHost.State.GONE)
    _require_unknown(living.filter(vm_ext_id=vm.ext_id).first())
    switch_off(run, prism, leftover, vm)
    for group in _groups_of(prism, leftover):
        _detach(run, prism, leftover, group, vm.ext_id)
    carry_out(
        run, prism, leftover, "delete",
        lambda request_id: prism.delete_vm(vm.ext_id, request_id=request_id),
        what=f"delete the machine {leftover}",
    )
    run.log(f"Deleted machine {leftover} with its system disk", level="warning")


def _delete_group(run: Run, prism: PrismClient, leftover: Leftover) -> None:
    group = _still_there(run, leftover, prism.get_volume_group)
    if group is None:
        return
    living = Volume.objects.exclude(state=Volume.State.DELETED)
    _require_unknown(living.filter(volume_group_ext_id=group.ext_id).first())
    users = [vm for vm in group.attached_to if machine_exists(prism, vm)]
    if users:
        raise StepFailed(
            f"The volume group {leftover} is attached to a machine ({', '.join(users)}).",
            advice="Detach it in Prism, or delete that machine, if nothing needs it; then resume.",
        )
    for ghost in group.attached_to:
        _detach(run, prism, leftover, group.ext_id, ghost)
    carry_out(
        run, prism, leftover, "delete",
        lambda request_id: prism.delete_volume_group(group.ext_id, request_id=request_id),
        what=f"delete the volume group {leftover}",
    )
    run.log(f"Deleted volume group {leftover} with its data", level="warning")


def _still_there(
    run: Run, leftover: Leftover, get: Callable[[str], Found]
) -> Found | None:
    """Raises StepFailed when it no longer carries the mark that made it a leftover."""
    try:
        found = get(leftover.ext_id)
    except NotFound:
        run.log(f"{leftover} is gone from Prism already")
        return None
    if leftover.mark not in found.description:
        raise StepFailed(
            f"{found.name} no longer carries our mark; it is not deleted.",
            advice="Somebody changed it in Prism: it is theirs now.",
        )
    return found


def _require_unknown(owner: DockerHost | Volume | None) -> None:
    if owner is not None:
        raise StepFailed(
            f"It belongs to {owner} by now; it is not deleted.",
            advice="Delete it from that page, if it is to go.",
        )


def _groups_of(prism: PrismClient, leftover: Leftover) -> tuple[str, ...]:
    found = prism.vms(leftover.cluster.ext_id)
    return next((vm.volume_groups for vm in found if vm.ext_id == leftover.ext_id), ())


def _detach(run: Run, prism: PrismClient, leftover: Leftover, group: str, vm: str) -> None:
    carry_out(
        run, prism, leftover, f"detach-{group}-{vm}",
        lambda request_id: prism.detach(group, vm, request_id=request_id),
        what=f"detach a volume group from {leftover}",
    )
    run.log(f"Detached volume group {group}: its data stays")
