"""Reads v2's answer about AHV's high availability; v4 has no such thing (nutanix.md 2.3)."""

from typing import Any

from nutanix.prism.types import HAState

HEALTHY = "HighlyAvailable"
# Known from hearsay only: any other word than these counts as trouble when room is reserved.
_UNRESERVED = ("besteffort", "kbesteffort")


def ha_of(found: dict[str, Any], *, nodes: int) -> HAState:
    """The state of a cluster of so many nodes; a single node has no elsewhere."""
    said = str(found.get("ha_state") or "")
    if nodes == 1:
        return HAState(state="single_node", said=said)
    if not said and "failover_enabled" not in found:
        return HAState(state="unknown")
    failures = int(found.get("num_host_failures_to_tolerate") or 0)
    if not found.get("failover_enabled") or said.lower() in _UNRESERVED:
        return HAState(state="best_effort", said=said)
    state = "reserved" if said in (HEALTHY, f"k{HEALTHY}") else "troubled"
    return HAState(state=state, said=said, failures=failures)
