"""What may lie in a volume before Harbor uses it: nothing, or what a Harbor left there."""

import re

from hosts.host_tool import HostTool
from hosts.models import Volume
from operations.errors import StepFailed

_DATABASE = re.compile(r"pg\d+")


def require_fitting_contents(volume: Volume, tool: HostTool) -> None:
    """Raises StepFailed for foreign data (harbor.md 3.5); a volume that we verified is believed."""
    if volume.state == Volume.State.READY and not volume.kept:  # kept: attached, not yet used
        return
    found = tool.contents(volume.name)
    if not found or (_may_hold_data(volume) and _is_harbors(volume, found, tool)):
        return
    raise StepFailed(
        f"{volume} is not empty and does not look like Harbor's {volume.get_role_display()}: "
        f"it holds {', '.join(sorted(found)[:5])}.",
        advice="Choose another volume, or empty this one on the host if nothing needs it.",
    )


def _may_hold_data(volume: Volume) -> bool:
    """Kept from a retired instance, or detached while its machine was made anew."""
    return volume.kept or volume.state == Volume.State.DETACHED


def _is_harbors(volume: Volume, found: list[str], tool: HostTool) -> bool:
    if volume.role == Volume.Role.DATABASE:
        clusters = [name for name in found if _DATABASE.fullmatch(name)]
        return len(clusters) == 1 and "PG_VERSION" in tool.contents(volume.name, clusters[0])
    if volume.role == Volume.Role.REGISTRY:
        return "registry" in tool.contents(volume.name, "docker")
    return True
