"""Rows for what the lab offers: its Prism with the cluster, and the stand-in as a release."""

import shutil
from pathlib import Path

from deployments.models import HarborInstance, Release
from deployments.services import register_archive
from hosts.models import VolumeDriver
from nutanix.models import Cluster, Prism

# The lab knows every machine by its own name, so this one leads to the machine “acme”.
FQDN = "acme.lab.test"


def cluster_of(lab, kind: str = "pc_v4") -> Cluster:
    """The lab's cluster with its defaults chosen."""
    prism = Prism.objects.create(
        name="lab", kind=kind, address=lab.prism.url, username=lab.prism.username,
        password=lab.prism.password, ca_pem=lab.prism.ca_pem,
    )
    with prism.client() as client:
        found = next(c for c in client.clusters() if c.name == lab.prism.cluster.name)
        return Cluster.objects.create(
            prism=prism, name=found.name, ext_id=found.ext_id,
            default_subnet_ext_id=client.subnets(found.ext_id)[0].ext_id,
            default_container_ext_id=client.containers(found.ext_id)[0].ext_id,
            default_image_ext_id=client.images(found.ext_id)[0].ext_id,
        )


def driver_of(lab, cluster: Cluster) -> VolumeDriver:
    """The volume driver whose plugin the lab's own registry serves."""
    return VolumeDriver.objects.create(
        name="lab", cluster=cluster, reference=lab.plugins.reference,
        registry_ca_pem=lab.plugins.ca_pem, prism_address=lab.prism.url.removeprefix("https://"),
        data_services_address=lab.subnet.gateway, username=lab.prism.username,
        password=lab.prism.password, storage_container=lab.prism.container.name,
    )


def release_of(lab, folder: Path) -> Release:
    """The stand-in's archive, registered from `folder`."""
    shutil.copy(lab.archive, folder)
    return register_archive(folder / Path(lab.archive).name)


def small_instance(**place: object) -> HarborInstance:
    """An instance that fits the lab."""
    return HarborInstance.objects.create(
        name="acme", fqdn=FQDN, registry_gib=2, database_gib=1, redis_gib=1, jobservice_gib=1,
        **place,
    )


def told(operation) -> str:
    """An operation with its failures, for the message of an assertion."""
    lines = [f"{operation.state}: {operation.reason} {operation.advice}"]
    lines += [
        f"step {step.slug}: {step.state} {step.reason} {step.detail[-1500:]}"
        for step in operation.steps.all()
    ]
    lines += [
        f"check {check.slug}: {check.state} {check.evidence} {check.detail[-500:]}"
        for check in operation.checks.exclude(state="passed")
    ]
    lines += [f"{line.step} {line.text}" for line in operation.lines.all() if line.level != "info"]
    return "\n".join(lines)
