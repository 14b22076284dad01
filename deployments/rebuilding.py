"""Rebuild host: a new machine for a registry whose data, secrets and name stay the same."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from deployments.configuration import volumes_of
from deployments.models import HarborInstance
from hosts.models import Volume
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation

REBUILD = "rebuild-host"
# What outlives a machine: other storage lies on its own disk, or hangs on its own plugin.
_OUTLIVES = Volume.Backend.VOLUME_GROUP


def rebuild_host(
    instance: HarborInstance, *, typed_name: str, by: AbstractBaseUser | None = None
) -> Operation:
    """Replace the machine under a registry. Raises Refused with all reasons at once.

    `typed_name` must be the instance's name: the old machine, if there is one, is deleted.
    """
    instance.refresh_from_db(fields=["state"])
    problems = problems_with_rebuild(instance)
    if typed_name != instance.name:
        problems.append(f"Type the name of the instance, {instance.name}, to rebuild its host.")
    if problems:
        raise Refused(" ".join(problems), advice="Nothing was touched.")
    return operations.start(REBUILD, instance, by=by, owner=instance.owner)


def problems_with_rebuild(instance: HarborInstance) -> list[str]:
    """Every reason against it that the rows tell; asks nothing outside."""
    host = instance.host
    if host is None or instance.state in (instance.State.DRAFT, instance.State.RETIRED):
        return [f"{instance} is {instance.get_state_display().lower()}: it has no machine."]
    if not host.is_ours:
        return [
            f"{host} is an existing machine: set it up again yourself, run its script, and deploy "
            "again."
        ]
    problems = []
    if not instance.secretkey:
        problems.append(
            f"Harbor's secrets of {instance} were never read: its data cannot be opened by another "
            "machine. Deploy again instead."
        )
    problems += [
        f"{volume} is no Nutanix volume group: only those are moved to a new machine."
        for volume in volumes_of(instance).values() if volume.backend != _OUTLIVES
    ]
    return problems


def what_happens(instance: HarborInstance) -> list[str]:
    """What the rebuild does, in its order, by name, for the page that asks for confirmation."""
    host = instance.host
    told = {
        "host": host, "address": host.address or "–", "cluster": host.cluster,
        "cpus": host.cpus, "memory": host.memory_mib // 1024, "disk": host.disk_gib,
        "registry": instance.registry_host, "fqdn": instance.fqdn, "release": instance.release,
        "volumes": ", ".join(
            f"{volume.name} ({volume.size_gib} GiB)" for volume in volumes_of(instance).values()
        ),
    }
    return [line % told for line in (
        _("Until it is done nobody can use %(registry)s; what is being pushed fails."),
        _("The machine %(host)s at %(address)s is switched off and deleted with its system disk, "
          "if Prism still has it."),
        _("A new machine %(host)s is made on %(cluster)s: %(cpus)s CPU, %(memory)s GiB memory, "
          "%(disk)s GiB disk."),
        _("The same volumes are attached to it, with all their data: %(volumes)s."),
        _("%(release)s starts there with the same users, projects and secrets, and is tested."),
        _("When the new machine has another address, the operation says which DNS record of "
          "%(fqdn)s must follow, and waits for it."),
    )]
