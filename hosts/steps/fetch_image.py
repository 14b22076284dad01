"""Let a cluster fetch an image, once; afterwards it is ready, and the one that was meant."""

import os
from datetime import timedelta

from django.utils import timezone

from hosts.image_files import address_of, open_file, sha256_of
from hosts.images import takes_checksum
from hosts.models import ImageFetch
from hosts.steps.prism import make_once, prism_of
from lib.sizes import human
from nutanix.choosing import Choice, take
from nutanix.models import Cluster
from nutanix.prism import PrismClient
from nutanix.prism.errors import TaskFailed
from nutanix.prism.types import ImageInfo, ImageSpec
from operations.errors import StepFailed
from operations.run import Run

_SERVED_FOR = timedelta(hours=12)
READY_SECONDS = 900.0


def read_image_file(run: Run) -> None:
    """Afterwards the row knows size and SHA-256 of the file, as it lies there now."""
    fetch: ImageFetch = run.subject
    with open_file(fetch.file) as file:
        size = os.fstat(file.fileno()).st_size

        def told(done: int) -> None:
            run.checkpoint()
            run.progress(done, size, "bytes")

        found = sha256_of(file, told)
    if not size:
        raise StepFailed(f"The file {fetch.file} is empty.", advice="Copy it again; then resume.")
    if fetch.sha256 and fetch.sha256 != found and not fetch.size_bytes:
        raise StepFailed(
            f"The file {fetch.file} has the SHA-256 {found}, not {fetch.sha256}.",
            advice="Copy it again; then resume.",
        )
    fetch.record(sha256=found, size_bytes=size)
    run.log(f"{fetch.file}: {human(size)}, SHA-256 {found}")


def fetch_image(run: Run) -> None:
    """Ours is looked for by name and mark before Prism is asked, and after a lost answer."""
    fetch: ImageFetch = run.subject
    prism = prism_of(run, fetch.cluster)
    found = _find(prism, fetch)
    if found is None or fetch.task_of("fetch"):
        _ask(run, prism, fetch)
    fetch.request_done("fetch")
    run.log(f"Prism has the image {fetch.name}")


def _ask(run: Run, prism: PrismClient, fetch: ImageFetch) -> None:
    spec = _spec(run, fetch)
    try:
        make_once(
            run, prism, fetch, "fetch",
            lambda request_id: prism.create_image(spec, request_id=request_id),
            what=f"fetch the image {fetch.name}", look=lambda: _find(prism, fetch), follow=True,
        )
    except TaskFailed as error:
        where = "this console at CONSOLE_URL" if fetch.file else "the URL"
        may_tick = takes_checksum(fetch.cluster) and not fetch.any_certificate
        tick = " Or add it again and tick that any certificate is taken." if may_tick else ""
        raise TaskFailed(
            error.message, detail=error.detail,
            advice=f"Not this console but the cluster itself must reach {where} and trust its "
                   f"certificate, and the checksum must be right. Correct this; then resume.{tick}",
        ) from error


def check_image(run: Run) -> None:
    """Ready, not empty, of the right checksum where Prism tells one; then it may be the default."""
    fetch: ImageFetch = run.subject
    prism = prism_of(run, fetch.cluster)
    image = run.wait_until(
        lambda: _ready(prism, fetch), what=f"the image {fetch.name} to be ready",
        timeout=READY_SECONDS, advice="Look at it in Prism; then resume.",
    )
    if not image.size_bytes:
        raise StepFailed(
            f"Prism shows the image {fetch.name} without a size.",
            advice="Delete it in Prism; then add it again.",
        )
    if fetch.sha256 and image.sha256 and fetch.sha256 != image.sha256:
        raise StepFailed(
            f"Prism shows another checksum for the image {fetch.name}: {image.sha256}.",
            advice="Delete it in Prism; then add it again.",
        )
    how = "its checksum is the given one" if fetch.sha256 and image.sha256 else \
        "Prism tells no checksum"
    run.log(f"{fetch.name} is ready: {human(image.size_bytes)}, {how}")
    if fetch.as_default:
        _make_default(run, fetch, image)
    fetch.record(image_ext_id=image.ext_id, done_at=timezone.now())


def _make_default(run: Run, fetch: ImageFetch, image: ImageInfo) -> None:
    cluster = Cluster.objects.get(pk=fetch.cluster_id)
    take(cluster, "image", Choice(ext_id=image.ext_id, name=image.name))
    cluster.save(update_fields=["default_image_ext_id", "default_image_name"])
    run.log(f"New machines on {cluster} are made from it")


def _find(prism: PrismClient, fetch: ImageFetch) -> ImageInfo | None:
    return prism.find_image(fetch.mark, name=fetch.name)


def _ready(prism: PrismClient, fetch: ImageFetch) -> ImageInfo | None:
    found = _find(prism, fetch)
    if found is None:
        raise StepFailed(
            f"The image {fetch.name} is gone from Prism.", advice="Add it again."
        )
    return found if found.is_ready else None


def _spec(run: Run, fetch: ImageFetch) -> ImageSpec:
    checks = takes_checksum(fetch.cluster)
    return ImageSpec(
        name=fetch.name, mark=fetch.mark, cluster=fetch.cluster.ext_id,
        container=fetch.cluster.default_container_ext_id, url=_address(run, fetch),
        sha256=fetch.sha256 if checks else "", any_certificate=checks and fetch.any_certificate,
    )


def _address(run: Run, fetch: ImageFetch) -> str:
    """The same as long as the request is the same; afterwards a new one with a new end."""
    if not fetch.file:
        return fetch.url
    if not fetch.serves_until or not fetch.requests.get("fetch"):
        fetch.record(serves_until=timezone.now() + _SERVED_FOR)
    with open_file(fetch.file) as file:
        address = address_of(file, fetch.file, fetch.serves_until)
    run.keep_secret(address.split("/")[-2])
    return address
