"""What happens to virtual machines: created, changed, deleted, switched on and off."""

import time

from lab.hypervisor import HypervisorError
from lab.prism import addresses
from lab.prism.call import Call, Prism
from lab.prism.entities import Disk, Vm, VolumeGroup
from lab.prism.inventory import Image
from lab.prism.knobs import Knobs
from lab.prism.refusals import Refused, TaskFailed
from lab.prism.state import State
from lab.prism.tasks import Task

CLOUD_CONFIG = b"#cloud-config"
REBOOT_SECONDS = 60


def affected(knobs: Knobs, vm: Vm) -> tuple[str, str, str]:
    """The VM as a task names it."""
    return knobs.vm_rel, vm.uuid, vm.name


def create(call: Call, vm: Vm) -> Task:
    """The VM exists when the task has succeeded; it is off, unless a knob says otherwise."""
    prism = call.prism
    vm.no_address = call.faulty("no_address")
    if call.knobs.unknown_reference == "answer":
        try:
            check_references(call.state, call.knobs, vm)
        except TaskFailed as failure:
            raise Refused(404, failure.code, failure.group, failure.message) from failure
    entities = [affected(call.knobs, vm)]
    entities += [("vmm:ahv:config:vm:disk", disk.uuid, "") for disk in vm.disks]
    return call.task(call.knobs.create_operation, "Create VM", entities, lambda: _build(prism, vm))


def _build(prism: Prism, vm: Vm) -> None:
    state = prism.state
    with state.lock:
        check_references(state, prism.knobs, vm)
        _check_userdata(prism.knobs, vm)
        if not vm.no_address:
            for nic in vm.nics:
                subnet = state.subnets[nic.subnet]
                nic.address = addresses.assign(state, prism.knobs, subnet, nic.wanted_address)
        state.vms[vm.uuid] = vm
    try:
        _hand_over(prism, vm)
    except HypervisorError:
        with state.lock:
            state.vms.pop(vm.uuid, None)
        raise


def _hand_over(prism: Prism, vm: Vm) -> None:
    first = vm.nics[0] if vm.nics else None
    prism.hypervisor.define(
        uuid=vm.uuid,
        name=vm.name,
        mac=first.mac if first else "",
        address=first.address if first else None,
        user_data=vm.user_data,
        meta_data=vm.meta_data,
    )
    for disk in vm.disks:
        if disk.is_data_disk:
            prism.hypervisor.create_disk(disk.uuid, disk.size_bytes)
            prism.hypervisor.attach_disk(vm.uuid, disk.uuid)
    if vm.wants_power and prism.knobs.power_on_at_create:
        prism.hypervisor.power_on(vm.uuid)


def check_references(state: State, knobs: Knobs, vm: Vm) -> None:
    """Everything that the VM names exists and fits; raises TaskFailed."""
    if vm.cluster not in state.clusters:
        raise _missing("cluster", vm.cluster)
    for nic in vm.nics:
        subnet = state.subnets.get(nic.subnet)
        if subnet is None:
            raise _missing("subnet", nic.subnet)
        if subnet.type == "VLAN" and subnet.cluster != vm.cluster:
            text = f"Subnet '{subnet.name}' does not belong to the VM's cluster."
            raise TaskFailed("VMM-30132", "INVALID_ARGUMENT", text)
    for category in vm.categories:
        if category not in state.categories:
            raise _missing("category", category)
    for disk in vm.disks:
        _check_disk(state, knobs, vm, disk)


def _check_disk(state: State, knobs: Knobs, vm: Vm, disk: Disk) -> None:
    if disk.container and disk.container not in state.containers:
        raise _missing("storage container", disk.container)
    if disk.container and disk.size_bytes > state.containers[disk.container].free_bytes:
        name = state.containers[disk.container].name
        text = f"Storage container '{name}' has not enough space."
        raise TaskFailed(*knobs.no_space_error, text)
    if not disk.image:
        return
    image = state.images.get(disk.image)
    if image is None:
        raise _missing("image", disk.image)
    disk.size_bytes = disk.size_bytes or image.size_bytes
    _check_image(vm, image, disk.size_bytes)


def _check_image(vm: Vm, image: Image, size_bytes: int) -> None:
    if vm.cluster not in image.clusters:
        text = f"Image '{image.name}' is not available on the VM's cluster."
        raise TaskFailed("VMM-30133", "INVALID_ARGUMENT", text)
    if size_bytes < image.size_bytes:
        text = (
            f"The disk size {size_bytes} is smaller than image '{image.name}' "
            f"({image.size_bytes} bytes)."
        )
        raise TaskFailed("VMM-30134", "INVALID_ARGUMENT", text)


def _check_userdata(knobs: Knobs, vm: Vm) -> None:
    wrong = vm.user_data and not vm.user_data.startswith(CLOUD_CONFIG)
    if wrong and knobs.userdata_must_be_cloud_config:
        text = "invalid argument with key 'userdata': it must start with #cloud-config"
        raise TaskFailed("VMM-30135", "INVALID_ARGUMENT", text)


def _missing(kind: str, uuid: str) -> TaskFailed:
    text = f"The backend service could not find the {kind} '{uuid}'."
    return TaskFailed("VMM-30101", "ENTITY_NOT_FOUND", text)


def groups_of(state: State, vm_uuid: str) -> list[VolumeGroup]:
    """The volume groups attached to that VM."""
    with state.lock:
        groups = list(state.volume_groups.values())
        return [group for group in groups if vm_uuid in group.attachments]


def delete(call: Call, vm: Vm) -> Task:
    """The VM and its own disks go; volume groups stay (knob `delete_vm_with_volume_group`)."""
    prism = call.prism
    return call.task(
        "VmDelete", "Delete VM", [affected(call.knobs, vm)], lambda: _remove(prism, vm)
    )


def _remove(prism: Prism, vm: Vm) -> None:
    groups = groups_of(prism.state, vm.uuid)
    if groups and prism.knobs.delete_vm_with_volume_group == "task":
        names = ", ".join(group.name for group in groups)
        text = f"Volume groups are still attached to VM '{vm.name}': {names}."
        raise TaskFailed("VMM-30140", "INVALID_STATE", text)
    forget(prism, vm)


def forget(prism: Prism, vm: Vm) -> None:
    """Detach what belongs to others, then remove the machine and its own disks."""
    for group in groups_of(prism.state, vm.uuid):
        for disk in list(group.disks):
            prism.hypervisor.detach_disk(vm.uuid, disk)
        with prism.state.lock:
            group.attachments.pop(vm.uuid, None)
            group.touch()
    prism.hypervisor.delete(vm.uuid)
    for disk in vm.disks:
        if disk.is_data_disk:
            prism.hypervisor.delete_disk(disk.uuid)
    with prism.state.lock:
        prism.state.vms.pop(vm.uuid, None)


def wait_until_off(prism: Prism, vm: Vm) -> None:
    """Return when the guest has obeyed; raises TaskFailed after a minute."""
    deadline = time.monotonic() + REBOOT_SECONDS
    while prism.hypervisor.is_on(vm.uuid):
        if time.monotonic() > deadline:
            text = f"The guest of VM '{vm.name}' did not shut down."
            raise TaskFailed("VMM-30141", "INTERNAL_ERROR", text)
        time.sleep(0.2)
