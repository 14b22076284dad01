"""v4 VM anti-affinity policies (nutanix.md 2.11)."""

from lab.prism.call import Answer, Call
from lab.prism.fields import Fields
from lab.prism.inventory import Policy
from lab.prism.paging import visible
from lab.prism.refusals import Refused
from lab.prism.v4.envelope import accepted, entity, many, one, typed
from lab.prism.v4.routes import V4

POLICIES = "vmm.v4.ahv.policies"
REL = "vmm:ahv:policies:vm-anti-affinity-policy"
PATH = "/vmm/ahv/policies/vm-anti-affinity-policies"


@V4.add("GET", PATH)
def list_policies(call: Call) -> Answer:
    """Every policy."""
    shown = [_shown(call, each) for each in visible(call, call.state.policies)]
    return many(call, shown, f"{POLICIES}.ListVmAntiAffinityPoliciesApiResponse")


@V4.add("GET", PATH + "/{uuid}")
def get_policy(call: Call, uuid: str) -> Answer:
    """One policy."""
    policy = _policy(call, uuid)
    response = f"{POLICIES}.GetVmAntiAffinityPolicyApiResponse"
    return one(call, _shown(call, policy), response, of=policy)


@V4.add("POST", PATH)
def create_policy(call: Call) -> Answer:
    """VMs of the named categories keep apart."""
    fields = Fields(call.json)
    name = fields.text("name", longest=80)
    categories = [each.get("extId", "") for each in fields.items("categories")]
    fields.check()
    policy = Policy(uuid=call.state.new_uuid(), name=name, categories=categories)
    state = call.state

    def build() -> None:
        with state.lock:
            state.policies[policy.uuid] = policy

    entities = [(REL, policy.uuid, name)]
    task = call.task("VmAntiAffinityPolicyCreate", "Create policy", entities, build)
    return accepted(call, task, f"{POLICIES}.CreateVmAntiAffinityPolicyApiResponse")


@V4.add("DELETE", PATH + "/{uuid}")
def delete_policy(call: Call, uuid: str) -> Answer:
    """The policy goes; VMs stay where they are."""
    policy = _policy(call, uuid)
    call.require_match(policy)
    state = call.state

    def remove() -> None:
        with state.lock:
            state.policies.pop(policy.uuid, None)

    entities = [(REL, policy.uuid, policy.name)]
    task = call.task("VmAntiAffinityPolicyDelete", "Delete policy", entities, remove)
    return accepted(call, task, f"{POLICIES}.DeleteVmAntiAffinityPolicyApiResponse")


def _shown(call: Call, policy: Policy) -> dict:
    wanted = set(policy.categories)
    vms = [vm for vm in call.state.vms.values() if wanted & set(vm.categories)]
    apart = min(len(vms), len(call.state.hosts))
    return entity(
        f"{POLICIES}.VmAntiAffinityPolicy",
        policy,
        name=policy.name,
        categories=[
            typed(f"{POLICIES}.CategoryReference", extId=each) for each in policy.categories
        ],
        numCompliantVms=apart,
        numNonCompliantVms=len(vms) - apart,
        numPendingVms=0,
    )


def _policy(call: Call, uuid: str) -> Policy:
    if uuid not in call.state.policies:
        text = f"The policy with UUID '{uuid}' is not found."
        raise Refused(404, "VMM-40004", "ENTITY_NOT_FOUND", text)
    return call.state.policies[uuid]
