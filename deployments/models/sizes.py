"""The three sizes an operator may choose, in cores, MiB and GiB."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Size(models.TextChoices):
    """Named after what they carry; the numbers are in PRESETS."""

    SMALL = "small", _("Small: a team or a trial (2 CPU, 4 GiB memory, 100 GiB images)")
    MEDIUM = "medium", _("Medium: a department (4 CPU, 8 GiB memory, 500 GiB images)")
    LARGE = "large", _("Large: a company (8 CPU, 16 GiB memory, 2 TiB images)")


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What a size means for the machine and for each volume."""

    cpus: int
    memory_mib: int
    disk_gib: int
    registry: int
    database: int
    redis: int
    jobservice: int
    job_workers: int


# Not below Harbor's documented minimum of 2 CPU, 4 GB, 40 GB (`harbor.md 1.3`).
PRESETS = {
    Size.SMALL: Preset(
        cpus=2, memory_mib=4096, disk_gib=40,
        registry=100, database=10, redis=2, jobservice=5, job_workers=5,
    ),
    Size.MEDIUM: Preset(
        cpus=4, memory_mib=8192, disk_gib=80,
        registry=500, database=40, redis=4, jobservice=10, job_workers=10,
    ),
    Size.LARGE: Preset(
        cpus=8, memory_mib=16384, disk_gib=160,
        registry=2048, database=100, redis=8, jobservice=20, job_workers=20,
    ),
}

# Also the order in which volumes are made and listed.
ROLES = ("registry", "database", "redis", "jobservice")
