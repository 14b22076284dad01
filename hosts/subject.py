"""Which host a run is about: the subject itself, or the subject's host."""

from hosts.models import DockerHost, Volume
from operations.errors import StepFailed
from operations.run import Run


def host_of(run: Run) -> DockerHost:
    """Read anew each time: other steps write to the row. Raises StepFailed without a host."""
    host = run.subject if isinstance(run.subject, DockerHost) else run.subject.host
    if host is None:
        raise StepFailed(
            f"{run.subject} has no Docker host.", advice="Choose a cluster or an existing host."
        )
    host.refresh_from_db()
    return host


def volumes_of(run: Run) -> list[Volume]:
    """The volumes that the subject uses, in the order of their roles."""
    order = list(Volume.Role.values)
    found = Volume.objects.filter(claimed_by=str(run.subject.uuid)).select_related(
        "host", "cluster", "volume_driver"
    )
    return sorted(found, key=lambda volume: order.index(volume.role))
