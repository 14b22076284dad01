"""Is there room for another archive in the folder of releases?"""

import shutil
from pathlib import Path

from django.conf import settings

from deployments.intake import parts
from deployments.models import IncomingArchive
from lib.errors import ServiceError
from lib.sizes import human


class NoRoom(ServiceError):
    """The archive is too large, or the disk too full."""


def require_size(name: str, size: int) -> None:
    """Raises NoRoom for what is larger than any installer."""
    if size > settings.RELEASES_LARGEST:
        raise NoRoom(
            f"{name} is {human(size)}; the console takes {human(settings.RELEASES_LARGEST)} "
            "at most.",
            advice="Check that it is an installer archive, or raise RELEASES_LARGEST.",
        )


def require_room(incoming: IncomingArchive, size: int) -> None:
    """Raises NoRoom unless the rest of `size` bytes fits beside what others still bring."""
    require_size(incoming.name, size)
    missing = max(0, size - parts.received(incoming))
    free = free_space() - settings.RELEASES_KEEP_FREE - _promised(but=incoming)
    if missing > free:
        raise NoRoom(
            f"The folder of releases has {human(max(0, free))} to give away; "
            f"{incoming.name} still needs {human(missing)}.",
            advice=f"Remove old archives from {settings.RELEASES_DIR} or enlarge its disk. "
            f"{human(settings.RELEASES_KEEP_FREE)} always stay free.",
        )


def free_space() -> int:
    """Free bytes where releases lie."""
    folder = Path(settings.RELEASES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def _promised(*, but: IncomingArchive) -> int:
    others = IncomingArchive.objects.filter(state=IncomingArchive.State.ARRIVING).exclude(
        pk=but.pk
    ).exclude(way=IncomingArchive.Way.DIRECTORY)
    return sum(max(0, other.size - parts.received(other)) for other in others)
