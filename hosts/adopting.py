"""Volume groups of a cluster that are in no book of ours: which there are, and which may be used.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from hosts.leftovers import mark_of
from hosts.models import Volume
from nutanix.models import Cluster
from nutanix.prism.types import VolumeGroup
from operations.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """`why_not`: empty where it may be looked into."""

    ext_id: str
    name: str
    why_not: str = ""


def candidates(cluster: Cluster) -> list[Candidate]:
    """As of now, by name; those with Slipway's mark are the affair of the page of leftovers."""
    with cluster.client() as client:
        client.session.repeats = 1  # a person waits for the answer
        groups = client.volume_groups(cluster.ext_id)
    known = set(
        Volume.objects.exclude(volume_group_ext_id="").exclude(state=Volume.State.DELETED)
        .values_list("volume_group_ext_id", flat=True)
    )
    strangers = [
        each for each in groups
        if each.ext_id not in known and not mark_of(each.description, "volume")
    ]
    return [
        Candidate(ext_id=each.ext_id, name=each.name, why_not=_why_not(each))
        for each in sorted(strangers, key=lambda group: group.name)
    ]


def candidate(cluster: Cluster, ext_id: str) -> VolumeGroup:
    """The one of that id, asked by itself. Raises Refused when it may not be looked into."""
    chosen = next((each for each in candidates(cluster) if each.ext_id == ext_id), None)
    if chosen is None:
        raise Refused(
            f"{cluster} has no such volume group that is not in the books.",
            advice="Look again: it is gone, or it is known by now.",
        )
    with cluster.client() as client:
        group = client.get_volume_group(ext_id)  # a list may not tell who has it
    if why := _why_not(group):
        raise Refused(f"{group.name} cannot be used: {why}.", advice="Nothing was touched.")
    return group


def _why_not(group: VolumeGroup) -> str:
    if group.attached_to:
        return _("it is attached to a machine (%s)") % ", ".join(group.attached_to)
    if group.clients:
        return _("it is open for an iSCSI client (%s)") % ", ".join(group.clients)
    return ""
