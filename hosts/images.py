"""Images on a cluster: what is there, and asking the cluster to fetch one more."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from hosts.models import ImageFetch
from lib.sizes import human
from nutanix.choosing import MOST
from nutanix.models import Cluster, Prism
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation

FETCH = "fetch-image"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One row of the page."""

    name: str
    ext_id: str
    size: str
    sha256: str
    is_default: bool
    is_ours: bool


@dataclass(frozen=True, kw_only=True)
class Images:
    """What a search found; `more` when the page does not show all of it."""

    rows: list[Shown]
    more: bool


def search(cluster: Cluster, term: str = "") -> Images:
    """The first 50 whose name contains `term`: one request for Central and Element alike."""
    with cluster.client() as client:
        client.session.repeats = 1  # a person waits for the answer
        found = client.images(cluster.ext_id, term, most=MOST + 1)
    rows = [
        Shown(
            name=each.name, ext_id=each.ext_id, sha256=each.sha256,
            size=human(each.size_bytes) if each.size_bytes else "–",
            is_default=each.ext_id == cluster.default_image_ext_id,
            is_ours=each.description.startswith("Slipway image "),
        )
        for each in found[:MOST]
    ]
    return Images(rows=rows, more=len(found) > MOST)


def namesakes(cluster: Cluster, name: str) -> bool:
    """Whether Prism has an image of exactly this name. Raises PrismError."""
    with cluster.client() as client:
        client.session.repeats = 1
        return client.find_image("", name=name) is not None


def unfinished(cluster: Cluster) -> list[tuple[ImageFetch, Operation | None]]:
    """The last 20 that were asked for and are not there, each with its latest operation."""
    rows = list(cluster.image_fetches.filter(done_at=None)[:20])
    about = Operation.objects.filter(
        kind=FETCH, content_type=ContentType.objects.get_for_model(ImageFetch),
        object_id__in=[str(row.pk) for row in rows],
    )
    latest = {operation.object_id: operation for operation in about.order_by("pk")}
    return [(row, latest.get(str(row.pk))) for row in rows]


def may_serve() -> bool:
    """Whether clusters can be told an address of the console."""
    return urlsplit(settings.CONSOLE_URL).hostname not in (None, "localhost")


def takes_checksum(cluster: Cluster) -> bool:
    """Prism Element checks none (nutanix.md 2.5)."""
    return cluster.prism.kind == Prism.Kind.PC_V4


def add(
    cluster: Cluster, *, name: str, url: str = "", file: str = "", sha256: str = "",
    as_default: bool = False, any_certificate: bool = False, by: AbstractBaseUser | None = None,
) -> Operation:
    """Ask the cluster to fetch it. Raises Refused while another of that name is fetched."""
    source = {"url": url, "file": file, "any_certificate": any_certificate}
    choices = {"sha256": sha256.lower(), "as_default": as_default}
    with transaction.atomic():
        row, _made = ImageFetch.objects.get_or_create(
            cluster=cluster, name=name, done_at=None,
            defaults=source | choices,
        )
        if any(getattr(row, name) != value for name, value in source.items()):
            _begin_anew(row, source | choices)
        return operations.start(FETCH, row, by=by)


def _begin_anew(row: ImageFetch, wanted: dict[str, str | bool]) -> None:
    """What failed may be tried from another source, unless Prism may still be at it."""
    is_under_way = Operation.objects.about(row).unfinished().exists()
    if row.requests or is_under_way:
        raise Refused(
            f"An image named {row.name} is being fetched from elsewhere.",
            advice="Resume that operation, or choose another name.",
        )
    row.record(**wanted, serves_until=None)
