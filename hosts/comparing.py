"""Compares every host with its Prism, in a number of requests that does not grow with the hosts.

One list of machines and one of volume groups per cluster, a hundred rows a page: 500 hosts with
2,000 volume groups take 27 requests to Prism Central, and 2 to a Prism Element.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from hosts.drift import Difference, differences
from hosts.models import DockerHost, Volume
from nutanix.models import Prism
from nutanix.prism import PrismClient
from operations import claims

COMPARE, COMPARE_EVERY_MINUTES = "compare-hosts", 15


def comparable() -> QuerySet[DockerHost]:
    """Hosts of ours that were made and not retired."""
    made = DockerHost.objects.exclude(vm_ext_id="").exclude(cluster=None)
    return made.exclude(state__in=(DockerHost.State.NEW, DockerHost.State.GONE))


def prisms() -> QuerySet[Prism]:
    """Those that have a host to compare."""
    return Prism.objects.filter(clusters__hosts__in=comparable()).distinct()


def compare_hosts(prism: Prism, client: PrismClient) -> list[DockerHost]:
    """The hosts of that Prism, compared, as they now stand in the books. Raises PrismError.

    A host on which an operation is at work is left out: it changes under our eyes.
    """
    busy = claims.held("host:")
    hosts = list(comparable().filter(cluster__prism=prism).select_related("cluster"))
    clusters = {host.cluster.ext_id for host in hosts}
    seen = {vm.ext_id: vm for cluster in clusters for vm in client.vms(cluster)}
    groups = {g.ext_id for cluster in clusters for g in client.volume_groups(cluster)}
    volumes = _volumes_of(hosts)
    busy |= claims.held("host:")
    compared = [host for host in hosts if f"host:{host.uuid}" not in busy]
    for host in compared:
        _note(host, differences(host, seen.get(host.vm_ext_id), volumes[host.pk], groups))
    DockerHost.objects.filter(pk__in=[host.pk for host in compared]).update(
        compared_at=timezone.now()
    )
    return compared


def _volumes_of(hosts: Iterable[DockerHost]) -> dict[int, list[Volume]]:
    found: dict[int, list[Volume]] = defaultdict(list)
    for volume in Volume.objects.filter(host__in=[host.pk for host in hosts]):
        found[volume.host_id].append(volume)
    return found


def _note(host: DockerHost, found: list[Difference]) -> None:
    """Written only when it is news, and while the row is still about the same machine."""
    if found != host.drift:
        host.drift, host.differs = found, bool(found)
        DockerHost.objects.filter(pk=host.pk, vm_ext_id=host.vm_ext_id).update(
            drift=found, differs=host.differs
        )
