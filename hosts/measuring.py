"""How full volumes are, as their file systems told at the last look."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from hosts.host_tool import Space
from hosts.models import DockerHost, Volume

# What a file system keeps for itself: its total is at least this part of the disk.
LEAST_PART = 0.85


def measured(volume: Volume, space: Space) -> dict[str, Any]:
    """What `Volume.record` takes: bytes, per cent and when. Blocks kept for root count as used."""
    facts = volume.facts | {"total_bytes": space.total, "free_bytes": space.free}
    used = 100 - 100 * space.free // space.total if space.total else 0
    return {"facts": facts, "used_percent": used, "measured_at": timezone.now()}


def measurable() -> QuerySet[Volume]:
    """Volumes in use on hosts that answered when they were last asked."""
    return Volume.objects.filter(state=Volume.State.READY, host__state=DockerHost.State.READY)
