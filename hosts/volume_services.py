"""What people may ask of a single volume."""

from django.contrib.auth.models import AbstractBaseUser

from hosts.models import Volume
from hosts.volume_problems import problems_with_deletion, problems_with_growth
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation


def grow(volume: Volume, *, size_gib: int, by: AbstractBaseUser | None = None) -> Operation:
    """Grow it while it is used. Raises Refused with all reasons at once."""
    _refuse(problems_with_growth(volume, size_gib))
    return operations.start(
        "grow-volume", volume, by=by, owner=volume.owner, parameters={"size_gib": size_gib}
    )


def delete(volume: Volume, *, typed_name: str, by: AbstractBaseUser | None = None) -> Operation:
    """Delete a kept volume with everything in it. Raises Refused with all reasons at once."""
    volume.refresh_from_db()
    _refuse(problems_with_deletion(volume, typed_name))
    return operations.start("delete-volume", volume, by=by, owner=volume.owner)


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Refused(" ".join(problems), advice="Nothing was touched.")
