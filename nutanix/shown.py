"""What Prism told of a cluster at the last look, in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.shown import chip
from lib.sizes import human
from nutanix.models import Cluster, Prism


def shown_state(prism: Prism) -> str:
    """Whether it works, as far as the last call told."""
    if prism.alarmed:
        return chip("failed", _("Refused"))
    if prism.problem:
        return chip("failed", _("Problem"))
    if prism.verified_at:
        return chip("valid", _("Works"))
    return chip("unseen", _("Not tested"))


def facts_of(cluster: Cluster) -> list[tuple[str, str]]:
    """(label, text), in the order in which an operator asks."""
    facts = cluster.facts
    return [
        (_("Version"), facts.get("version") or "–"),
        (_("Hypervisor"), ", ".join(facts.get("hypervisors") or ()) or "–"),
        (_("Nodes"), str(facts.get("nodes") or "–")),
        (_("Node failures its data survives"), _survives(facts)),
        (_("High availability"), availability(facts.get("ha") or {})),
        (_("Data services address"), facts.get("data_services_address")
         or _("none: needed for iSCSI and the Nutanix volume driver only")),
        (_("Accepts changes"), _("no, it is read-only") if facts.get("read_only") else _("yes")),
    ]


def availability(ha: dict[str, Any]) -> str:
    """Whether machines start again elsewhere when a node dies."""
    said, failures = ha.get("said") or "–", ha.get("failures") or 0
    return {
        "reserved": ngettext(
            "reserved: machines start elsewhere when %d node fails",
            "reserved: machines start elsewhere when %d nodes fail", failures,
        ) % failures,
        "best_effort": _("best effort: machines start elsewhere only where there is room"),
        "single_node": _("not available on one node: when it stops, so does the registry"),
        "troubled": _("reserved, but not healthy now: Prism says “%s”") % said,
    }.get(ha.get("state", ""), _("not told by this Prism"))


def containers_of(cluster: Cluster) -> list[dict[str, Any]]:
    """Each storage container with its space; nothing is guessed where Prism does not say."""
    return [
        {
            "name": each["name"], "free": _bytes(each.get("free_bytes")),
            "capacity": _bytes(each.get("capacity_bytes")),
            "copies": each.get("replication_factor") or "–",
            "is_default": each["ext_id"] == cluster.default_container_ext_id,
        }
        for each in cluster.facts.get("containers") or []
    ]


def _survives(facts: dict[str, Any]) -> str:
    tolerance = facts.get("fault_tolerance")
    return "–" if tolerance is None else str(tolerance)


def _bytes(number: int | None) -> str:
    return "–" if number is None else human(number)
