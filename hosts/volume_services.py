"""What people may ask of a single volume."""

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError

from hosts.adopting import candidate
from hosts.models import DockerHost, Volume
from hosts.volume_problems import (
    problems_with_deletion,
    problems_with_growth,
    problems_with_host,
    problems_with_use,
)
from nutanix.models import Cluster
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation


def grow(volume: Volume, *, size_gib: int, by: AbstractBaseUser | None = None) -> Operation:
    """Grow it while it is used. Raises Refused with all reasons at once."""
    _refuse(problems_with_growth(volume, size_gib))
    return operations.start(
        "grow-volume", volume, by=by, owner=volume.owner, parameters={"size_gib": size_gib}
    )


def delete(volume: Volume, *, typed_name: str, by: AbstractBaseUser | None = None) -> Operation:
    """Delete a kept volume with everything in it. Raises Refused with all reasons at once."""
    volume.refresh_from_db()
    _refuse(problems_with_deletion(volume, typed_name))
    return operations.start("delete-volume", volume, by=by, owner=volume.owner)


def detach(volume: Volume, *, by: AbstractBaseUser | None = None) -> Operation:
    """Take it off its host; the data stays. Raises Refused while an instance uses it."""
    _refuse(problems_with_use(volume))
    if volume.host is None:
        raise Refused(f"{volume} is on no host.")
    return operations.start("detach-volume", volume, by=by, owner=volume.owner)


def attach(
    volume: Volume, *, host: DockerHost, by: AbstractBaseUser | None = None
) -> Operation:
    """Mount it on a host as it is, without formatting. Raises Refused with all reasons."""
    _refuse(problems_with_use(volume) + problems_with_host(volume, host))
    volume.record(host=host)
    return operations.start("attach-volume", volume, by=by, owner=volume.owner)


def look_into(
    cluster: Cluster, ext_id: str, *, name: str, role: str, host: DockerHost,
    by: AbstractBaseUser | None = None,
) -> Operation:
    """A row for a foreign volume group, and an operation that only reads what lies on it.

    Nothing can use the row before what was found is confirmed. Raises Refused.
    """
    candidate(cluster, ext_id)
    volume = Volume(
        name=name, role=role, cluster=cluster, size_gib=1, volume_group_ext_id=ext_id,
        state=Volume.State.DETACHED, kept=True, facts={"foreign": True},
    )
    problems = problems_with_host(volume, host)
    try:
        volume.full_clean()
    except ValidationError as error:
        problems += error.messages
    _refuse(problems)
    volume.host = host
    volume.save()
    return operations.start("look-into-volume", volume, by=by)


def look_again(
    volume: Volume, *, host: DockerHost, by: AbstractBaseUser | None = None
) -> Operation:
    """Read anew what lies on a foreign volume group, before it is ours. Raises Refused."""
    problems = problems_with_use(volume) + problems_with_host(volume, host)
    if not volume.is_unconfirmed:
        problems.append(f"What lies on {volume} is known: attach it instead.")
    _refuse(problems)
    volume.record(host=host)
    return operations.start("look-into-volume", volume, by=by)


def adopt(volume: Volume, *, by: AbstractBaseUser | None = None) -> Operation:
    """Use what a look has found on a foreign volume group. Raises Refused with all reasons."""
    found = volume.facts.get("found") or {}
    problems = problems_with_use(volume)
    if found.get("TYPE") not in Volume.Filesystem.values:
        kind = found.get("TYPE") or "no file system"
        problems.append(f"{volume} holds {kind}: only ext4 and XFS can be taken over.")
    _refuse(problems)
    return operations.start("adopt-volume", volume, by=by, parameters={"found": found})


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Refused(" ".join(problems), advice="Nothing was touched.")
