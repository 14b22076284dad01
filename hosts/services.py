"""What people and the rooms above may ask of hosts and volumes."""

from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser, Group
from django.db import transaction

from hosts.comparing import COMPARE, COMPARE_EVERY_MINUTES
from hosts.models import DockerHost, Volume, VolumeDriver
from nutanix.models import Cluster
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation
from operations.schedules import ensure_schedule

RENEW_ENGINE_CERTIFICATE = "renew-engine-certificate"


def plan_host(
    *, name: str, cluster: Cluster, cpus: int, memory_mib: int, disk_gib: int,
    owner: Group | None = None, made_from: Mapping[str, str] | None = None,
) -> DockerHost:
    """The row of a machine to be made; the living one of that name when there is one.

    `made_from` are the fields of MadeFrom; without, the cluster's defaults count.
    """
    found = DockerHost.objects.filter(name=name).exclude(state=DockerHost.State.GONE).first()
    if found is None:
        return DockerHost.objects.create(
            name=name, cluster=cluster, cpus=cpus, memory_mib=memory_mib, disk_gib=disk_gib,
            owner=owner, **(made_from or {}),
        )
    if found.cluster_id != cluster.pk:
        raise Refused(
            f"There is another Docker host named {name}.", advice="Choose another name."
        )
    return found


def plan_volumes(
    *, claimed_by: str, prefix: str, sizes: Mapping[str, int], backend: str, host: DockerHost,
    cluster: Cluster | None = None, volume_driver: VolumeDriver | None = None,
    used_by: str = "", owner: Group | None = None,
) -> dict[str, Volume]:
    """One row per role (`sizes`: role → GiB), named `<prefix>-<role>`; rows there are are kept.

    `used_by` says in words who claims them, for people. A volume kept from a retired instance is
    taken over when it has that name. Raises Refused when another instance uses that name.
    """
    if backend == Volume.Backend.NUTANIX_DRIVER:
        cluster = volume_driver.cluster if volume_driver else None
    with transaction.atomic():
        known = {v.role: v for v in Volume.objects.filter(claimed_by=claimed_by)}
        for role, size_gib in sizes.items():
            if role not in known:
                known[role] = _claim(
                    f"{prefix}-{role}", role=role, size_gib=size_gib, backend=backend,
                    cluster=None if backend == Volume.Backend.LOCAL else cluster,
                    volume_driver=volume_driver, claimed_by=claimed_by, host=host,
                )
        for volume in known.values():
            volume.record(used_by=used_by, owner=owner)
    return known


def _claim(name: str, *, claimed_by: str, **planned: object) -> Volume:
    found = Volume.objects.filter(name=name).exclude(state=Volume.State.DELETED).first()
    if found is None:
        return Volume.objects.create(name=name, claimed_by=claimed_by, **planned)
    if found.claimed_by or found.role != planned["role"] or found.backend != planned["backend"]:
        raise Refused(
            f"The name of the volume {name} is taken.",
            advice="Choose another name for the instance, or delete that volume.",
        )
    found.record(claimed_by=claimed_by)
    return found


def release_volumes(claimed_by: str) -> None:
    """Whoever used these volumes is gone; their data stays and can be taken over."""
    Volume.objects.filter(claimed_by=claimed_by).update(
        claimed_by="", kept=True, used_percent=0
    )


def provision(host: DockerHost, *, by: AbstractBaseUser | None = None) -> Operation:
    """Make the machine, or connect the existing one."""
    return operations.start("provision-host", host, by=by, owner=host.owner)


def renew_engine_certificate(
    host: DockerHost, *, by: AbstractBaseUser | None = None
) -> Operation:
    """Give the engine, and us as its client, new certificates. Raises Refused."""
    if host.state == DockerHost.State.GONE or host.server_certificate is None:
        raise Refused(f"{host} has no engine certificate: make and connect it first.")
    return operations.start(RENEW_ENGINE_CERTIFICATE, host, by=by, owner=host.owner)


def compare_now(*, by: AbstractBaseUser | None = None) -> Operation:
    """Look in Prism whether every host is as we left it, before the next slot."""
    schedule = ensure_schedule(COMPARE, kind=COMPARE, every_minutes=COMPARE_EVERY_MINUTES)
    return operations.start(COMPARE, schedule, by=by)


def retire_host(
    host: DockerHost, *, typed_name: str, by: AbstractBaseUser | None = None
) -> Operation:
    """Delete the machine; volume groups are detached and kept. Raises Refused."""
    if typed_name != host.name:
        raise Refused(f"Type the name of the host, {host.name}, to delete its machine.")
    used = Volume.objects.filter(host=host).exclude(claimed_by="").first()
    if used:
        raise Refused(
            f"{host} carries the volume {used}, which is in use.",
            advice="Retire the registry on this host first.",
        )
    return operations.start("retire-host", host, by=by, owner=host.owner)
