"""How a host in Prism differs from its row: found by comparing, told in words. Asks nobody."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from hosts.models import DockerHost, Volume
from nutanix.prism.types import VM

# One difference as it is stored: {"kind": …, and what its words need}.
Difference = dict[str, Any]

GONE, OFF, ON, UNMARKED = "gone", "off", "on", "unmarked"
CPUS, MEMORY, ADDRESS = "cpus", "memory", "address"
GROUP_GONE, GROUP_ELSEWHERE = "group-gone", "group-elsewhere"


def differences(
    host: DockerHost, vm: VM | None, volumes: Iterable[Volume], groups: Collection[str],
) -> list[Difference]:
    """Everything that differs, the worst first; empty when row and Prism agree.

    `volumes` are the host's; `groups` are the ids of every volume group of its cluster.
    """
    found = list(_in_groups(vm, volumes, groups))
    if vm is None:
        return [{"kind": GONE}, *(each for each in found if each["kind"] == GROUP_GONE)]
    return [*_in_state(host, vm), *found, *_in_size(host, vm)]


def _in_state(host: DockerHost, vm: VM) -> Iterator[Difference]:
    if host.is_ours and host.mark not in vm.description:
        yield {"kind": UNMARKED}
    if not vm.is_on and host.state != DockerHost.State.OFF:
        yield {"kind": OFF}
    if vm.is_on and host.state == DockerHost.State.OFF:
        yield {"kind": ON}
    if vm.is_on and vm.address and host.address and vm.address != host.address:
        yield {"kind": ADDRESS, "has": vm.address, "instead": host.address}


def _in_size(host: DockerHost, vm: VM) -> Iterator[Difference]:
    """A number that Prism does not tell differs from nothing."""
    if vm.cpus and vm.cpus != host.cpus:
        yield {"kind": CPUS, "has": vm.cpus, "instead": host.cpus}
    if vm.memory_mib and vm.memory_mib != host.memory_mib:
        yield {"kind": MEMORY, "has": vm.memory_mib, "instead": host.memory_mib}


def _in_groups(
    vm: VM | None, volumes: Iterable[Volume], groups: Collection[str]
) -> Iterator[Difference]:
    for volume in volumes:
        group = volume.volume_group_ext_id
        if not group or volume.state != Volume.State.READY:
            continue
        if group not in groups:
            yield {"kind": GROUP_GONE, "volume": volume.name}
        elif vm and group not in vm.volume_groups:
            yield {"kind": GROUP_ELSEWHERE, "volume": volume.name}


def words(difference: Difference) -> str:
    """What differs, as it stands after the host's name: “deleted in Prism”."""
    told = _told(difference)
    return {
        GONE: _("deleted in Prism"),
        OFF: _("switched off"),
        ON: _("switched on, though Slipway switched it off"),
        UNMARKED: _("no longer carries Slipway's mark in its description"),
        CPUS: _("has %(has)s instead of %(instead)s CPU"),
        MEMORY: _("has %(has)s instead of %(instead)s GiB memory"),
        ADDRESS: _("is at %(has)s instead of %(instead)s"),
        GROUP_GONE: _("its volume group %(volume)s was deleted in Prism"),
        GROUP_ELSEWHERE: _("its volume group %(volume)s is not attached to it"),
    }[difference["kind"]] % told


def advice(difference: Difference) -> str:
    """What to do next about it."""
    return {
        GONE: _("Rebuild the host on the page of its registry: the volume groups are still there. "
                "A host without a registry is made anew by “Make and connect”."),
        OFF: _("Switch it on from its page, or in Prism."),
        ON: _("Switch it off again, or “Make and connect” to use it."),
        UNMARKED: _("Put the mark back into the description in Prism: without it, Slipway does "
                    "not delete or replace the machine."),
        CPUS: _("Resize it from its page, to what you want to keep."),
        MEMORY: _("Resize it from its page, to what you want to keep."),
        ADDRESS: _("“Make and connect” takes the new address over; let the DNS record follow."),
        GROUP_GONE: _("Restore it from a snapshot in Prism. Without it, its data is lost."),
        GROUP_ELSEWHERE: _("Deploy the registry again: that attaches what is missing."),
    }[difference["kind"]]


def first_of(host: DockerHost) -> str:
    """The worst difference in words, and how many more there are; short enough for a list."""
    first, more = words(host.drift[0]), len(host.drift) - 1
    return _("%(first)s, and %(more)d more") % {"first": first, "more": more} if more else first


def shown(host: DockerHost) -> list[tuple[str, str]]:
    """(what differs, what to do next) of each stored difference, for a page."""
    return [(words(each), advice(each)) for each in host.drift]


def _told(difference: Difference) -> Difference:
    if difference["kind"] != MEMORY:
        return difference
    gib = {key: f"{difference[key] / 1024:.10g}" for key in ("has", "instead")}
    return difference | gib
