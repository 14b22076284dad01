"""iSCSI clients of volume groups; one that is a VM of ours gets the disks plugged in instead."""

import uuid
from collections.abc import Callable

from lab.hypervisor import HypervisorError
from lab.prism.call import Answer, Call, Prism
from lab.prism.entities import Vm, VolumeGroup
from lab.prism.refusals import Refused


def open_group(call: Call, group: VolumeGroup, client: str) -> Answer:
    """The client reaches the disks. No iSCSI is spoken here: a guest gets them plugged in."""
    others = [name for name in group.iscsi_clients.values() if name != client]
    if (others or group.attachments) and not group.shared:
        raise Refused(409, "", "", f"Volume group {group.name} is in use by another client.")
    group.iscsi_clients[_id_of(client)] = client
    group.touch()
    return _for_each_disk(call, group, client, call.prism.hypervisor.attach_disk)


def close_group(call: Call, group: VolumeGroup, client: str) -> Answer:
    """The client no longer reaches the disks; nothing happens when it never did."""
    group.iscsi_clients.pop(_id_of(client), None)
    group.touch()
    return _for_each_disk(call, group, client, call.prism.hypervisor.detach_disk)


def _for_each_disk(
    call: Call, group: VolumeGroup, client: str, do: Callable[[str, str], None]
) -> Answer:
    """Done after the state was let go: the hypervisor may take its time."""
    vm, disks = _guest(call.prism, client), list(group.disks)

    def plug() -> Answer:
        try:
            with call.prism.tasks.one_at_a_time:
                for disk in disks if vm else ():
                    do(vm.uuid, disk)
        except HypervisorError as failure:
            return Answer(500, {"message": str(failure)})
        return Answer(200, {"value": True})

    call.later = plug
    return Answer(200)


def _id_of(client: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, client))


def _guest(prism: Prism, client: str) -> Vm | None:
    """The VM with this address, or whose id or name ends the initiator's name."""
    tail = client.rpartition(":")[2]
    for vm in prism.state.vms.values():
        addresses = {nic.address for nic in vm.nics if nic.address}
        if client in addresses or tail in (vm.uuid, vm.name):
            return vm
    return None
