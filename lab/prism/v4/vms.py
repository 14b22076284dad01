"""v4 VMs: list, get, create, update, delete (nutanix.md 2.8, 2.9)."""

from lab.prism import machines
from lab.prism.call import Answer, Call
from lab.prism.entities import Vm
from lab.prism.fields import Fields
from lab.prism.paging import visible
from lab.prism.refusals import Refused
from lab.prism.v4.envelope import accepted, many, one
from lab.prism.v4.routes import V4
from lab.prism.v4.vm_body import vm_from
from lab.prism.v4.vm_json import vm_json

AHV = "vmm.v4.ahv.config"


@V4.add("GET", "/vmm/ahv/config/vms")
def list_vms(call: Call) -> Answer:
    """Every VM."""
    shown = [vm_json(call, vm) for vm in visible(call, call.state.vms)]
    return many(call, shown, f"{AHV}.ListVmsApiResponse")


@V4.add("GET", "/vmm/ahv/config/vms/{uuid}")
def get_vm(call: Call, uuid: str) -> Answer:
    """One VM, with its ETag."""
    vm = find_vm(call, uuid)
    return one(call, vm_json(call, vm), f"{AHV}.GetVmApiResponse", of=vm)


@V4.add("POST", "/vmm/ahv/config/vms")
def create_vm(call: Call) -> Answer:
    """Accept a VM; names need not be unique."""
    task = machines.create(call, vm_from(call))
    return accepted(call, task, f"{AHV}.CreateVmApiResponse")


@V4.add("PUT", "/vmm/ahv/config/vms/{uuid}")
def update_vm(call: Call, uuid: str) -> Answer:
    """Replace name, description, size and categories; If-Match needed."""
    vm = find_vm(call, uuid)
    call.require_match(vm)
    fields = Fields(call.json)
    name = fields.text("name", longest=80)
    sockets = fields.number("numSockets", low=1, high=240, usual=vm.sockets)
    memory = fields.number("memorySizeBytes", low=1, high=1024**5, usual=vm.memory_bytes)
    categories = [each.get("extId", "") for each in fields.items("categories")]
    fields.check()

    def change() -> None:
        vm.name, vm.description = name, fields.optional("description", "")
        vm.sockets, vm.memory_bytes, vm.categories = sockets, memory, categories
        vm.touch()

    task = call.task("VmUpdate", "Update VM", [machines.affected(call.knobs, vm)], change)
    return accepted(call, task, f"{AHV}.UpdateVmApiResponse")


@V4.add("DELETE", "/vmm/ahv/config/vms/{uuid}")
def delete_vm(call: Call, uuid: str) -> Answer:
    """Delete a VM, running or not; If-Match needed."""
    vm = find_vm(call, uuid)
    call.require_match(vm)
    return accepted(call, machines.delete(call, vm), f"{AHV}.DeleteVmApiResponse")


def find_vm(call: Call, uuid: str) -> Vm:
    """The VM, or Refused the way Prism does."""
    if uuid not in call.state.vms:
        text = (
            f"Failed to perform the operation on the VM with UUID '{uuid}', "
            "because it is not found."
        )
        raise Refused(404, "VMM-30100", "VM_NOT_FOUND", text)
    return call.state.vms[uuid]
