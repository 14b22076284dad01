"""What this console lacks for a deployment: compose and the archive."""

from django.conf import settings

from deployments.models import HarborInstance, Release
from harbor.compose import Compose, ComposeError


def problems_with_console(instance: HarborInstance) -> list[str]:
    """Compose v2 is here and recent; the archive lies where it was registered, whole."""
    problems = []
    try:
        Compose(settings.COMPOSE_BINARY).require()
    except ComposeError as error:
        problems.append(f"{error.message} {error.advice}")
    release = instance.release
    if release.source == Release.Source.ARCHIVE:
        problems += _problems_with_archive(release)
    return problems


def _problems_with_archive(release: Release) -> list[str]:
    try:
        size = release.archive_path.stat().st_size
    except OSError as error:
        return [f"The archive {release.archive} cannot be read: {error.strerror}."]
    if size != release.archive_size:
        return [
            f"The archive {release.archive} has {size} bytes; it had {release.archive_size} when "
            "it was registered."
        ]
    return []
