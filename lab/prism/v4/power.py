"""v4 power actions and category association of a VM; each needs If-Match (nutanix.md 2.9)."""

from lab.prism import machines, switches
from lab.prism.call import Answer, Call
from lab.prism.fields import Fields
from lab.prism.v4.envelope import accepted
from lab.prism.v4.routes import V4
from lab.prism.v4.vms import AHV, find_vm

TRANSITIONS = {
    "power-on": "on",
    "power-off": "off",
    "shutdown": "shutdown",
    "guest-shutdown": "shutdown",
    "reboot": "reboot",
    "guest-reboot": "reboot",
    "reset": "reset",
    "power-cycle": "power-cycle",
}


def _register(action: str, transition: str) -> None:
    response = "".join(word.title() for word in action.split("-"))

    @V4.add("POST", "/vmm/ahv/config/vms/{uuid}/$actions/" + action)
    def act(call: Call, uuid: str) -> Answer:
        vm = find_vm(call, uuid)
        call.require_match(vm)
        task = switches.switch(call, vm, transition)
        return accepted(call, task, f"{AHV}.{response}VmApiResponse")


for _action, _transition in TRANSITIONS.items():
    _register(_action, _transition)


def _categories(call: Call, uuid: str, *, add: bool) -> Answer:
    vm = find_vm(call, uuid)
    call.require_match(vm)
    fields = Fields(call.json)
    named = [each.get("extId", "") for each in fields.items("categories")]
    fields.check()

    def change() -> None:
        others = [each for each in vm.categories if each not in named]
        vm.categories = others + named if add else others
        vm.touch()

    verb = "Attach" if add else "Detach"
    operation = f"UpdateCategoryAssociations_kOperation{verb}"
    entities = [machines.affected(call.knobs, vm)]
    task = call.task(operation, "Update categories of VM", entities, change)
    return accepted(call, task, f"{AHV}.{verb}CategoriesApiResponse")


@V4.add("POST", "/vmm/ahv/config/vms/{uuid}/$actions/associate-categories")
def associate_categories(call: Call, uuid: str) -> Answer:
    """The VM carries these categories as well."""
    return _categories(call, uuid, add=True)


@V4.add("POST", "/vmm/ahv/config/vms/{uuid}/$actions/disassociate-categories")
def disassociate_categories(call: Call, uuid: str) -> Answer:
    """The VM no longer carries these categories."""
    return _categories(call, uuid, add=False)
