"""Make sure that every image of the release lies on the host."""

import hashlib

from deployments.clients import engine
from deployments.models import Release
from deployments.pulling import pull
from harbor.archive import open_images
from harbor.types import Image
from hosts.engine import Engine
from hosts.host_tool import HostTool
from lib.sizes import human
from operations.errors import StepFailed
from operations.run import Run

_BLOCK = 1024 * 1024
# Packed, unpacked and in between.
_ROOM = 3


def load_images(run: Run) -> None:
    """Load or pull only what is missing; the same image is never fetched twice."""
    release, docker = run.subject.release, engine(run)
    missing = [image for image in release.image_list() if not _is_there(docker, image)]
    if not missing:
        run.log(f"All {len(release.image_list())} images of {release} are on the host already")
        return
    run.log(f"{len(missing)} of {len(release.image_list())} images of {release} are missing")
    if release.source == Release.Source.ARCHIVE:
        _load_archive(run, docker, release)
    else:
        pull(run, docker, release, missing)
    still = [image.reference for image in missing if not _is_there(docker, image)]
    if still:
        raise StepFailed(
            f"The host still lacks {', '.join(still)}.",
            advice="The release was loaded, but it does not hold these images as it says.",
        )


def _is_there(docker: Engine, image: Image) -> bool:
    """Whether the very image is there; a name alone is believed only when no id is known."""
    found = docker.find_image(image.reference)
    return bool(found) and image.image_id in ("", found.id)


def _load_archive(run: Run, docker: Engine, release: Release) -> None:
    _check_archive(run, release)
    with open_images(release.archive_path) as (stream, size):
        _require_space(run, docker, _ROOM * size)
        run.log(f"Sending {human(size)} of images to {run.subject.host}")
        run.checkpoint()
        with run.outside("load images"):
            docker.load_images(
                stream, size, on_progress=lambda done, total: run.progress(done, total, "bytes")
            )
    run.progress(size, size, "bytes")
    run.log(f"Loaded {len(release.images)} images from {release.archive}")


def _require_space(run: Run, docker: Engine, needed: int) -> None:
    """An engine that runs out of room half way leaves nobody wiser (`harbor.md 7`)."""
    folder = docker.info().get("DockerRootDir") or "/var/lib/docker"
    free = HostTool(docker).free_space(folder).free
    if free < needed:
        raise StepFailed(
            f"{run.subject.host} has {human(free)} free in {folder}; "
            f"the images need {human(needed)}.",
            advice="Make room on the host, or give the machine a larger disk.",
        )


def _check_archive(run: Run, release: Release) -> None:
    """The file is still the one that was registered."""
    run.activity("Comparing the archive's checksum")
    digest = hashlib.sha256()
    try:
        with release.archive_path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise StepFailed(
            f"The archive {release.archive} cannot be read: {error.strerror}.",
            advice="Copy it into the console's folder of releases.",
        ) from error
    if release.archive_sha256 and digest.hexdigest() != release.archive_sha256:
        raise StepFailed(
            f"The archive {release.archive} changed since it was registered.",
            advice="Copy the right archive back, or register it again.",
            detail=f"registered {release.archive_sha256}, found {digest.hexdigest()}",
        )
