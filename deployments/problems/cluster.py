"""What a cluster lacks for a new machine and its volumes."""

from collections.abc import Iterator

from deployments.models import HarborInstance
from deployments.models.sizes import ROLES
from deployments.planning import machine_of, volume_name
from hosts.machine_problems import problems_with_new_machine
from hosts.models import DockerHost, Volume
from lib.errors import ServiceError
from lib.sizes import GIB, human
from nutanix.prism import PrismClient


def problems_with_cluster(instance: HarborInstance) -> list[str]:
    """The defaults are chosen, and Prism, asked now, can make what is still to be made."""
    machine = machine_of(instance)
    cluster = machine.cluster
    is_new = not machine.address
    problems = [
        f"Choose {label} for the cluster {cluster}." for label in machine.lacking()
        if is_new
    ]
    try:
        with cluster.client() as prism:
            # Asked for before, the machine may be there by now: the next step looks for it.
            if is_new and not problems and not machine.vm_ext_id and not machine.requests:
                problems += problems_with_new_machine(prism, machine)
            elif cluster.ext_id not in {found.ext_id for found in prism.clusters()}:
                problems.append(f"Prism does not know the cluster {cluster} any more.")
            problems += _with_storage(prism, instance, machine)
    except ServiceError as error:
        return [*problems, f"{cluster.prism}: {error.message} {error.advice}".strip()]
    return problems


def _with_storage(
    prism: PrismClient, instance: HarborInstance, machine: DockerHost
) -> Iterator[str]:
    """Room in the storage container for the machine's disk and the volumes still to be made."""
    wanted = 0 if machine.vm_ext_id or machine.address else machine.disk_gib
    if instance.storage == HarborInstance.Backend.VOLUME_GROUP:
        wanted += gib_of_new_volumes(instance)
    chosen = machine.cluster.default_container_ext_id
    if not wanted or not chosen:
        return
    known = {each.ext_id: each for each in prism.containers(machine.cluster.ext_id)}
    if chosen not in known:
        yield f"The storage container of the cluster {machine.cluster} is gone from Prism."
        return
    free = known[chosen].free_bytes
    if free is not None and free < wanted * GIB:
        yield (
            f"The storage container {known[chosen].name} has {human(free)} free; machine and "
            f"volumes need {wanted} GiB: choose smaller sizes or another container."
        )


def gib_of_new_volumes(instance: HarborInstance) -> int:
    """What the volumes of this instance still take from a storage container."""
    names = [volume_name(instance, role) for role in ROLES]
    made = set(Volume.objects.filter(name__in=names).exclude(state=Volume.State.DELETED)
               .exclude(disk_ext_id="").values_list("role", flat=True))
    return sum(instance.gib_of(role) for role in ROLES if role not in made)
