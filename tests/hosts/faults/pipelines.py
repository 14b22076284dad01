"""Short pipelines in which every fault of Prism can happen: a machine, a disk, an image."""

from hosts.models import Volume
from hosts.steps import provision_host
from hosts.steps.meet_engine import meet_engine
from hosts.steps.prism import carry_out, prism_of
from hosts.steps.volume_disks import ensure_attached
from hosts.subject import host_of, volumes_of
from nutanix.prism.types import ImageSpec
from operations.run import Run
from tests.hosts.pipelines import pipeline


def attach_data(run: Run) -> None:
    for volume in volumes_of(run):
        ensure_attached(run, host_of(run), volume)


def drop_data(run: Run) -> None:
    """Detach first, delete then, as retiring does."""
    host = host_of(run)
    prism = prism_of(run, host.cluster)
    volume = Volume.objects.get()
    group = volume.volume_group_ext_id
    carry_out(
        run, prism, volume, "detach", what=f"detach {volume}",
        call=lambda id_: prism.detach(group, host.vm_ext_id, request_id=id_),
    )
    carry_out(
        run, prism, volume, "delete", what=f"delete {volume}",
        call=lambda id_: prism.delete_volume_group(group, request_id=id_),
    )


def fetch_image(run: Run) -> None:
    host = host_of(run)
    cluster = host.cluster
    spec = ImageSpec(
        name="debian", mark="Slipway", cluster=cluster.ext_id,
        url="https://mirror.example.com/debian.qcow2", container=cluster.default_container_ext_id,
    )
    prism = prism_of(run, cluster)
    carry_out(
        run, prism, host, "image", what="fetch the image debian",
        call=lambda id_: prism.create_image(spec, request_id=id_),
    )


def meet(run: Run) -> None:
    meet_engine(run, host_of(run))


PIPELINES = (
    pipeline("make-all", provision_host, attach_data),
    pipeline("drop-data", drop_data),
    pipeline("fetch-image", fetch_image),
    pipeline("meet", provision_host, meet),
)
