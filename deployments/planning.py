"""The rows that a deployment will make real: its machine and one volume per role."""

from django.db import transaction

from deployments.models import HarborInstance
from deployments.models.sizes import ROLES
from hosts import services as hosts
from hosts.models import DockerHost

_INHERITED = (
    "admin_password", "database_password", "secretkey", "private_key_pem", "root_crt",
)


def plan(instance: HarborInstance) -> None:
    """Machine and volumes exist as rows; called again, nothing is added."""
    with transaction.atomic():
        if instance.takes_over and not instance.is_locked:
            _inherit_secrets(instance)
        if instance.host is None:
            instance.record(host=hosts.plan_host(
                name=instance.name, cluster=instance.cluster, owner=instance.owner,
                made_from=instance.made_from(), **_size_of_machine(instance),
            ))
        hosts.plan_volumes(
            claimed_by=str(instance.uuid), prefix=instance.name,
            sizes={role: instance.gib_of(role) for role in ROLES}, backend=instance.storage,
            host=instance.host, cluster=instance.host.cluster,
            volume_driver=instance.chosen_driver, owner=instance.owner,
            used_by=f"{instance.name} ({instance.registry_host}), {instance.release}",
        )


def machine_of(instance: HarborInstance) -> DockerHost:
    """The host; before there is one, the row it would become, which is not in the database."""
    return instance.host or DockerHost(
        name=instance.name, cluster=instance.cluster, **instance.made_from(),
        **_size_of_machine(instance),
    )


def _size_of_machine(instance: HarborInstance) -> dict[str, int]:
    preset = instance.preset
    return {
        "cpus": preset.cpus, "memory_mib": preset.memory_mib, "disk_gib": preset.disk_gib,
    }


def volume_name(instance: HarborInstance, role: str) -> str:
    """Never with an underscore: it becomes an iSCSI target (`nutanix.md 5.3`)."""
    return f"{instance.name}-{role}"


def _inherit_secrets(instance: HarborInstance) -> None:
    """Kept data opens only with the secrets it was written with (`harbor.md 6.4`)."""
    instance.record(**{name: getattr(instance.takes_over, name) for name in _INHERITED})
