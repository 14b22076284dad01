"""What is on a cluster with our mark but not in our books, and the reverse.

Two lists are asked of Prism, a hundred rows a page, however much is found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from hosts.comparing import comparable
from hosts.models import DockerHost, Leftover, Volume
from nutanix.models import Cluster
from nutanix.prism import PrismClient
from nutanix.prism.types import VM, VolumeGroup
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation

DELETE = "delete-leftover"
_MARK = re.compile(r"Slipway (host|volume) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
Kind = Leftover.Kind


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """It carries our mark and no book of this console knows it. `owner`: the row to adopt it."""

    kind: str
    ext_id: str
    name: str
    mark: str
    why: str
    owner: DockerHost | Volume | None = None
    may_adopt: bool = False
    is_on: bool = False
    attached_to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Findings:
    """`missing` are the rows whose machine or volume group Prism does not have."""

    strangers: list[Stranger]
    missing: list[DockerHost | Volume]


def look(cluster: Cluster) -> Findings:
    """Compare the cluster with the books, both ways, as of now. Raises PrismError."""
    with cluster.client() as client:
        client.session.repeats = 1  # a person waits for the answer
        return compare(cluster, client)


def compare(cluster: Cluster, client: PrismClient) -> Findings:
    """The same, with a client that is open already."""
    vms, groups = client.vms(cluster.ext_id), client.volume_groups(cluster.ext_id)
    return Findings(
        strangers=[*_machines(cluster, vms), *_groups(groups)],
        missing=_missing(cluster, {vm.ext_id for vm in vms}, {group.ext_id for group in groups}),
    )


def adopt(cluster: Cluster, ext_id: str) -> DockerHost | Volume:
    """Take a stranger into the books again. Raises Refused when that would not help."""
    stranger = _find(cluster, ext_id)
    if not stranger.may_adopt:
        raise Refused(f"{stranger.name} cannot be adopted: {stranger.why}")
    if stranger.kind == Kind.VOLUME_GROUP:
        volume = stranger.owner
        volume.record(volume_group_ext_id=ext_id, state=Volume.State.DETACHED, kept=True, host=None)
        return volume
    return _adopt_machine(cluster, stranger)


def delete(
    cluster: Cluster, ext_id: str, *, typed_name: str, by: AbstractBaseUser | None = None
) -> Operation:
    """Delete a stranger in Prism. Raises Refused; `typed_name` must be its name there."""
    stranger = _find(cluster, ext_id)
    if typed_name != stranger.name:
        raise Refused(f"Type the name, {stranger.name}, to delete it.")
    leftover, _made = Leftover.objects.update_or_create(
        cluster=cluster, ext_id=ext_id,
        defaults={"kind": stranger.kind, "name": stranger.name, "mark": stranger.mark},
    )
    return operations.start(DELETE, leftover, by=by)


def _find(cluster: Cluster, ext_id: str) -> Stranger:
    found = next((each for each in look(cluster).strangers if each.ext_id == ext_id), None)
    if found is None:
        raise Refused(
            f"{cluster} has nothing with that id that is not in the books.",
            advice="Look again: it is gone, or it is known by now.",
        )
    return found


def _adopt_machine(cluster: Cluster, stranger: Stranger) -> DockerHost:
    with cluster.client() as client:
        vm = client.get_vm(stranger.ext_id)
    living = DockerHost.objects.exclude(state=DockerHost.State.GONE)
    if living.filter(name=vm.name).exists():
        raise Refused(
            f"There is another Docker host named {vm.name}.",
            advice="Rename the machine in Prism, or delete the other host first.",
        )
    host = stranger.owner or DockerHost(
        uuid=stranger.mark.split()[-1], name=vm.name, cluster=cluster
    )
    host.vm_ext_id, host.address, host.cluster = vm.ext_id, vm.address, cluster
    host.cpus, host.memory_mib = vm.cpus or host.cpus, vm.memory_mib or host.memory_mib
    host.state = DockerHost.State.UNREACHABLE
    host.full_clean(exclude=["owner"])
    host.save()
    return host


def _machines(cluster: Cluster, vms: list[VM]) -> Iterator[Stranger]:
    marked = {vm.ext_id: found for vm in vms if (found := mark_of(vm.description, "host"))}
    uuids = [mark.split()[-1] for mark in marked.values()]
    rows = {row.mark: row for row in DockerHost.objects.filter(uuid__in=uuids)}
    for vm in vms:
        mark = marked.get(vm.ext_id)
        row = rows.get(mark or "")
        # Being made at this moment: its id is not recorded yet.
        is_known = row and row.state != row.State.GONE and row.vm_ext_id in ("", vm.ext_id)
        if mark and not is_known:
            yield Stranger(
                kind=Kind.MACHINE, ext_id=vm.ext_id, name=vm.name, mark=mark, is_on=vm.is_on,
                owner=row, why=_why_machine(row),
                may_adopt=row is None or row.state == row.State.GONE,
            )


def _groups(groups: list[VolumeGroup]) -> Iterator[Stranger]:
    marked = {each.ext_id: found for each in groups
              if (found := mark_of(each.description, "volume"))}
    uuids = [mark.split()[-1] for mark in marked.values()]
    rows = {row.mark: row for row in Volume.objects.filter(uuid__in=uuids)}
    for group in groups:
        mark = marked.get(group.ext_id)
        row = rows.get(mark or "")
        is_known = (
            row and row.state != row.State.DELETED
            and row.volume_group_ext_id in ("", group.ext_id)
        )
        if mark and not is_known:
            yield Stranger(
                kind=Kind.VOLUME_GROUP, ext_id=group.ext_id, name=group.name, mark=mark,
                attached_to=group.attached_to, owner=row, why=_why_group(row),
                may_adopt=bool(row and row.state == row.State.DELETED),
            )


def _why_machine(row: DockerHost | None) -> str:
    if row is None:
        return _("No host of this console has this mark.")
    if row.state == row.State.GONE:
        return _("Its host was retired.")
    return _("Its host has another machine by now.")


def _why_group(row: Volume | None) -> str:
    if row is None:
        return _("No volume of this console has this mark: how it was formatted, and the secrets "
                 "of its registry, are not known here.")
    if row.state == row.State.DELETED:
        return _("Its volume was deleted.")
    return _("Its volume has another volume group by now.")


def _missing(
    cluster: Cluster, vms: set[str], groups: set[str]
) -> list[DockerHost | Volume]:
    hosts = comparable().filter(cluster=cluster)
    volumes = Volume.objects.filter(cluster=cluster).exclude(volume_group_ext_id="").exclude(
        state=Volume.State.DELETED
    )
    return [
        *(host for host in hosts if host.vm_ext_id not in vms),
        *(volume for volume in volumes if volume.volume_group_ext_id not in groups),
    ]


def mark_of(description: str, kind: str) -> str:
    """Slipway's mark of that kind (“host”, “volume”) in a description; empty without one."""
    found = _MARK.search(description)
    return found[0] if found and found[1] == kind else ""
