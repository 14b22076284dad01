"""Take a machine that is on a cluster already as a Docker host, as it is."""

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from hosts.leftovers import mark_of
from hosts.models import DockerHost
from nutanix.models import Cluster
from nutanix.prism.types import VM
from operations.errors import Refused


def machines_named(cluster: Cluster, name: str) -> list[VM]:
    """Those of exactly that name, ours or not: names are not unique in Prism. One request."""
    with cluster.client() as client:
        client.session.repeats = 1  # a person waits for the answer
        return client.vms_named(name, cluster.ext_id)


def import_machine(
    cluster: Cluster, ext_id: str, *, name: str, owner: Group | None = None
) -> DockerHost:
    """Write it into the books as `name`; nothing changes outside. Raises Refused with all reasons.

    Its engine is connected by the script that the host's page hands out.
    """
    with cluster.client() as client:
        vm = client.get_vm(ext_id)
    host = DockerHost(
        name=name, cluster=cluster, imported=True, vm_ext_id=vm.ext_id, address=vm.address,
        cpus=vm.cpus or 1, memory_mib=vm.memory_mib or 1024, owner=owner,
    )
    problems = _problems(vm)
    try:
        host.full_clean(exclude=["owner"])
    except ValidationError as error:
        problems += error.messages
    if problems:
        raise Refused(" ".join(problems), advice="Nothing was imported.")
    host.save()
    return host


def _problems(vm: VM) -> list[str]:
    problems = []
    known = DockerHost.objects.filter(vm_ext_id=vm.ext_id).exclude(state=DockerHost.State.GONE)
    if known.exists():
        problems.append(f"{vm.name} is the Docker host {known.get()} already.")
    elif mark_of(vm.description, "host"):
        problems.append(f"{vm.name} was made by Slipway: adopt it on the page of leftovers.")
    if not vm.address:
        problems.append(
            f"Prism knows no address of {vm.name}: switch it on and wait until it shows one."
        )
    return problems
