"""What people, schedules and steps may ask of the ways in."""

import re
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from deployments.intake import parts, space
from deployments.intake.addresses import target_of
from deployments.intake.names import name_in, require_file_name
from deployments.models import IncomingArchive
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation, Schedule

State, Way = IncomingArchive.State, IncomingArchive.Way

SCAN = "scan-releases"
_SCAN_MINUTES = 2
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Announced:
    """A file as the browser tells of it; `modified` in ms, `sha256` may be empty."""

    name: str
    size: int
    modified: int
    sha256: str = ""


def ensure_scan_schedule() -> Schedule:
    """The schedule that looks into the folder of releases; its rhythm is the operator's."""
    schedule, _ = Schedule.objects.get_or_create(
        slug=SCAN, defaults={"kind": SCAN, "every_minutes": _SCAN_MINUTES}
    )
    return schedule


def scan(*, by: AbstractBaseUser | None = None) -> Operation:
    """Look into the folder now."""
    return operations.start(SCAN, ensure_scan_schedule(), by=by)


def require_sha256(text: str) -> str:
    """`text` as 64 hex digits in lower case, or empty. Raises Refused."""
    digest = text.strip().lower()
    if digest and not _SHA256.fullmatch(digest):
        raise Refused("A SHA-256 has 64 digits from 0 to 9 and a to f.")
    return digest


def begin_upload(announced: Announced, *, by: AbstractBaseUser) -> IncomingArchive:
    """The row to send blocks to: a new one, or the one this very file was begun with.

    Raises Refused or NoRoom.
    """
    require_file_name(announced.name)
    if announced.size <= 0:
        raise Refused(f"{announced.name} is empty.")
    found = IncomingArchive.objects.filter(name=announced.name).first()
    if found and _is_the_same(found, announced):
        space.require_room(found, announced.size)
        found.record(sha256=announced.sha256)
        return found
    space.require_size(announced.name, announced.size)
    incoming = _make_way(announced.name, Way.UPLOAD, by=by)
    incoming.size, incoming.modified = announced.size, announced.modified
    incoming.sha256 = announced.sha256
    space.require_room(incoming, announced.size)
    incoming.save()
    return incoming


def fetch(
    url: str, *, by: AbstractBaseUser | None, name: str = "", sha256: str = "", ca_pem: str = ""
) -> Operation:
    """Fetch the archive at `url`. Raises Refused."""
    target_of(url)
    name = require_file_name(name or name_in(url))
    found = IncomingArchive.objects.filter(name=name, way=Way.ADDRESS, url=url).first()
    unfinished = Operation.objects.about(found).unfinished().first() if found else None
    if unfinished:
        return unfinished
    with transaction.atomic():
        if found and found.state in (State.ARRIVING, State.COMPLETE, State.REFUSED):
            incoming = found
            incoming.state, incoming.reason, incoming.advice = State.ARRIVING, "", ""
        else:
            incoming = _make_way(name, Way.ADDRESS, by=by)
        incoming.url, incoming.sha256, incoming.ca_pem = url, require_sha256(sha256), ca_pem
        incoming.save()
        return operations.start("fetch-release", incoming, by=by)


def register(incoming: IncomingArchive, *, by: AbstractBaseUser | None = None) -> Operation:
    """Have an archive read and registered that has arrived whole. Raises Refused."""
    arrived = IncomingArchive.objects.filter(pk=incoming.pk, state=State.ARRIVING)
    with transaction.atomic():
        if not arrived.update(state=State.COMPLETE, reason="", advice=""):
            raise Refused(f"{incoming.name} is being read already.")
        incoming.refresh_from_db()
        return operations.start("register-release", incoming, by=by)


def discard(incoming: IncomingArchive) -> None:
    """Forget what has not become a release; a file in the folder itself stays. Raises Refused."""
    if incoming.state == State.REGISTERED:
        raise Refused(f"{incoming.name} is a release already.")
    require_idle(incoming)
    parts.discard(incoming)
    incoming.delete()


def require_idle(incoming: IncomingArchive) -> None:
    """Raises Refused while an operation works on it."""
    if Operation.objects.about(incoming).unfinished().exists():
        raise Refused(
            f"{incoming.name} is being worked on.", advice="Cancel that operation first."
        )


def _is_the_same(found: IncomingArchive, announced: Announced) -> bool:
    begun = (found.way, found.size, found.modified)
    return begun == (Way.UPLOAD, announced.size, announced.modified) and found.state in (
        State.ARRIVING, State.COMPLETE,
    )


def _make_way(name: str, way: str, *, by: AbstractBaseUser | None) -> IncomingArchive:
    """A row for a new file of this name; what was refused before makes room."""
    found = IncomingArchive.objects.filter(name=name).first() or IncomingArchive(name=name)
    if found.pk and found.state == State.ARRIVING and found.way != Way.DIRECTORY:
        raise Refused(
            f"Another file named {name} has arrived in part.",
            advice="Continue that one, or discard it first.",
        )
    if found.state != State.REFUSED and _exists(found.final_path):
        raise Refused(
            f"The folder of releases has a file named {name} already.",
            advice="If it is another one, give yours another name.",
        )
    if found.pk:
        discard(found) if found.state != State.REGISTERED else found.delete()
    return IncomingArchive(name=name, way=way, created_by=by)


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()
