"""The console's folder of images: what it has, and the addresses at which clusters fetch it."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from lib.errors import ServiceError

ENDINGS = (".qcow2", ".img", ".raw", ".vmdk", ".vhd", ".vhdx")
CHUNK = 1024 * 1024
_SALT = "slipway.image"


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What an address allows: this file, as it was, until then."""

    file: str
    size: int
    changed: int
    until: int


def files() -> list[str]:
    """Names directly in the folder; links, folders and other endings are left out."""
    try:
        with os.scandir(settings.IMAGES_DIR) as found:
            return sorted(
                each.name for each in found
                if each.is_file(follow_symlinks=False) and _is_name(each.name)
            )
    except OSError:
        return []


def open_file(name: str) -> BinaryIO:
    """The file of that name, opened once; no link is followed. Raises ServiceError."""
    if not _is_name(name):
        raise ServiceError(f"“{name}” is no name of an image.")
    try:
        number = os.open(Path(settings.IMAGES_DIR) / name, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise ServiceError(
            f"The console has no readable file {name} in its folder of images.",
            advice=f"Put it into {settings.IMAGES_DIR}; then resume.", detail=str(error),
        ) from error
    return os.fdopen(number, "rb")


def sha256_of(file: BinaryIO, told: Callable[[int], None]) -> str:
    """Read it all; `told` hears how many bytes were read."""
    digest, done = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        done += len(chunk)
        told(done)
    return digest.hexdigest()


def address_of(file: BinaryIO, name: str, until: datetime) -> str:
    """Where a cluster fetches just this file, unchanged, until then; the same each time."""
    found = os.fstat(file.fileno())
    token = Signer(salt=_SALT).sign_object(
        [name, found.st_size, found.st_mtime_ns, int(until.timestamp())]
    )
    return f"{settings.CONSOLE_URL}{reverse('images:file', args=[token, name])}"


def allowed_by(token: str, name: str) -> Signed | None:
    """What the token allows for this name; None when it is forged, too old, or for another."""
    try:
        file, size, changed, until = Signer(salt=_SALT).unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        return None
    if file != name or until < timezone.now().timestamp():
        return None
    return Signed(file=file, size=size, changed=changed, until=until)


def is_unchanged(file: BinaryIO, signed: Signed) -> bool:
    """Whether it is still the file whose checksum was told."""
    found = os.fstat(file.fileno())
    return (found.st_size, found.st_mtime_ns) == (signed.size, signed.changed)


def _is_name(name: str) -> bool:
    is_plain = name == os.path.basename(name) and not name.startswith(".") and "\0" not in name
    return is_plain and name.lower().endswith(ENDINGS)
