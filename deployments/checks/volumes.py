"""Harbor's data lies on the volumes that Slipway made: in the container, in Docker, in Prism."""

from deployments.clients import engine
from deployments.configuration import WRITE_ANEW, config_of, volumes_of
from harbor.bundle import CONTAINER_OF, expected_mounts
from hosts.host_tool import HostTool
from hosts.measuring import measured
from hosts.models import DockerHost, Volume
from hosts.steps.volume_disks import without_their_disk
from lib.sizes import GIB, human
from operations.errors import CheckFailed, Warned
from operations.run import Run

_MISMATCH = "Look whether it holds data; then remove or rename it on the host and deploy again."
# What fills as a registry is used, and below how many bytes a push surely fails.
_GROWING = (Volume.Role.REGISTRY, Volume.Role.DATABASE)
_LEAST_FREE = 16 * 1024 * 1024


def check_volumes(run: Run) -> str:
    """container mounts ↔ Docker volumes ↔ volume groups; the first gap is told."""
    volumes = volumes_of(run.subject)
    found = [
        _mounted(run, service, volume, target)
        for service, (volume, target) in expected_mounts(config_of(run.subject)).items()
    ]
    found += [_known_to_docker(run, volume) for volume in volumes.values()]
    grouped = [
        volume for volume in volumes.values() if volume.backend == Volume.Backend.VOLUME_GROUP
    ]
    found += [_attached_in_prism(run.subject.host, volume) for volume in grouped]
    found += [
        _open_in_prism(volume) for volume in volumes.values()
        if volume.backend == Volume.Backend.NUTANIX_DRIVER
    ]
    _require_disks(run, grouped)
    found += _with_room(run, list(volumes.values()))
    evidence = "; ".join(found)
    if any(volume.backend == Volume.Backend.LOCAL for volume in volumes.values()):
        raise Warned(
            f"{evidence}. The data lies on the host's own disk.",
            advice="Take backups: there is no volume group that outlives the machine.",
        )
    return evidence


def _mounted(run: Run, service: str, volume: str, target: str) -> str:
    container = CONTAINER_OF[service]
    document = engine(run).inspect(container) or {}
    mounts = {mount.get("Destination"): mount for mount in document.get("Mounts", [])}
    mount = mounts.get(target)
    if not mount or mount.get("Type") != "volume" or mount.get("Name") != volume:
        actual = mount.get("Name") or mount.get("Source") if mount else "nothing"
        raise CheckFailed(
            f"{container} has {actual} at {target} instead of the volume {volume}.",
            advice="What is written there is lost with the machine: copy it first. Then "
                   f"{WRITE_ANEW}.",
        )
    return f"{container}:{target} is {volume}"


def _known_to_docker(run: Run, volume: Volume) -> str:
    document = engine(run).volume(volume.name)
    if not document:
        raise CheckFailed(
            f"Docker has no volume {volume.name}.", advice="Deploy again: that makes it anew."
        )
    driver = document.get("Driver", "").partition(":")[0]
    device = (document.get("Options") or {}).get("device", "")
    if driver != volume.driver:
        raise CheckFailed(
            f"Volume {volume.name} has the driver {driver} instead of {volume.driver}.",
            advice=_MISMATCH,
        )
    if volume.backend == Volume.Backend.VOLUME_GROUP and device != volume.device:
        raise CheckFailed(
            f"Volume {volume.name} uses {device or 'the root disk'} instead of {volume.device}.",
            advice=_MISMATCH,
        )
    return f"{volume.name} uses driver {driver}{' on ' + device if device else ''}"


def _require_disks(run: Run, volumes: list[Volume]) -> None:
    """What Prism calls attached may be unseen by the machine."""
    host = run.subject.host
    for volume in without_their_disk(volumes, HostTool(engine(run))):
        raise CheckFailed(
            f"{host} does not see the disk of {volume}, {volume.device}.",
            advice="Detach the volume group in Prism and attach it again; then start Harbor.",
        )


def _with_room(run: Run, volumes: list[Volume]) -> list[str]:
    """A registry whose volume is full answers a push with “500”, and says no more."""
    spaces = HostTool(engine(run)).spaces_of([volume.name for volume in volumes])
    for volume in volumes:
        volume.record(**measured(volume, spaces[volume.name]))
    for volume in volumes:
        space = spaces[volume.name]
        if volume.role in _GROWING and space.free < _LEAST_FREE:
            raise CheckFailed(
                f"{volume} is full: {human(space.free)} of {human(space.total)} are free.",
                advice="Grow the volume on its page, or delete images and run Clean Up in Harbor.",
            )
    return [f"{volume} has {human(spaces[volume.name].free)} free" for volume in volumes]


def _attached_in_prism(host: DockerHost, volume: Volume) -> str:
    with host.cluster.client() as prism:
        group = prism.get_volume_group(volume.volume_group_ext_id)
    if host.vm_ext_id not in group.attached_to:
        raise CheckFailed(
            f"In Prism the volume group {group.name} is not attached to {host.name}.",
            advice="Attach it in Prism, or deploy again.",
        )
    return f"Prism has {group.name} attached to {host.name}"


def _open_in_prism(volume: Volume) -> str:
    """What the driver made is a volume group of that name, size and cluster, open for somebody."""
    with volume.cluster.client() as prism:
        group = prism.get_volume_group(volume.volume_group_ext_id)
        disks = prism.volume_disks(group.ext_id)
    size = sum(disk.size_bytes for disk in disks)
    if group.name != volume.name or size < volume.size_gib * GIB:
        raise CheckFailed(
            f"In Prism the volume group {group.name} has {human(size)}; {volume} is to have "
            f"{volume.size_gib} GiB.",
            advice="Was it renamed or changed in Prism? Look there before anything else is done.",
        )
    if not group.clients:
        raise CheckFailed(
            f"In Prism no iSCSI client has the volume group {group.name} open.",
            advice="Restart the registry: the volume driver opens it then.",
        )
    return f"Prism has {group.name} ({human(size)}) open for {', '.join(group.clients)}"
