"""What Harbor's files are made from: the instance's row and its volumes."""

from deployments.models import HarborInstance
from harbor.types import HarborConfig, Layout
from hosts.models import Volume

LAYOUT = Layout()
# What the files on the host were made from, so that an unchanged Harbor is not restarted.
STAMP_FILE = ".slipway.json"
# Advice for files that somebody changed by hand: by itself a deployment looks at their input only.
WRITE_ANEW = (
    f"remove {LAYOUT.install}/{STAMP_FILE} on the host, deploy again and restart the container "
    "nginx: Harbor's files are written anew"
)
# Where an engine looks for the CA of a registry, at each request (`harbor.md 5.15`).
TRUST_FOLDER = "/etc/docker/certs.d"


def volumes_of(instance: HarborInstance) -> dict[str, Volume]:
    """role → volume that this instance holds."""
    return {
        volume.role: volume for volume in Volume.objects.filter(claimed_by=str(instance.uuid))
    }


def config_of(instance: HarborInstance) -> HarborConfig:
    """Harbor's configuration for this instance, passwords included: keep it in memory."""
    return HarborConfig(
        hostname=instance.fqdn,
        version=instance.release.version,
        admin_password=instance.admin_password,
        database_password=instance.database_password,
        volumes={role: volume.name for role, volume in volumes_of(instance).items()},
        http_port=instance.http_port,
        https_port=instance.https_port,
        job_workers=instance.preset.job_workers,
        layout=LAYOUT,
    )
