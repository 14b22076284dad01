"""Persistent storage of one role of one instance; it outlives containers and machines."""

from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hosts.models.docker_host import DockerHost
from hosts.models.requests import RemembersRequests
from lib.names import validate_dns_label

LARGEST_GIB = 64 * 1024
# From here on a volume asks for more room, and then nothing else matters (harbor.md 7, row 15).
NEARLY_FULL, FULL = 80, 90


def chosen_filesystem() -> str:
    """What new volume groups are formatted with."""
    return settings.VOLUME_FILESYSTEM


class Volume(RemembersRequests):
    """One Docker volume and, on a cluster, the volume group behind it."""

    class Role(models.TextChoices):
        REGISTRY = "registry", _("Images")
        DATABASE = "database", _("Database")
        REDIS = "redis", _("Cache and queue")
        JOBSERVICE = "jobservice", _("Job logs")

    class Backend(models.TextChoices):
        VOLUME_GROUP = "volume_group", _("Nutanix volume group")
        NUTANIX_DRIVER = "nutanix_driver", _("Nutanix volume driver for Docker")
        LOCAL = "local", _("The host's own disk")

    class Filesystem(models.TextChoices):
        EXT4 = "ext4", "ext4"
        XFS = "xfs", "XFS"

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        FORMATTING = "formatting", _("Being formatted")
        READY = "ready", _("Ready")
        DETACHED = "detached", _("Detached")
        DELETED = "deleted", _("Deleted")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=40, validators=[validate_dns_label])
    role = models.CharField(_("role"), max_length=12, choices=Role)
    host = models.ForeignKey(
        DockerHost, models.PROTECT, null=True, blank=True, related_name="volumes",
        verbose_name=_("Docker host"),
    )
    cluster = models.ForeignKey(
        "nutanix.Cluster", models.PROTECT, null=True, blank=True, related_name="volumes",
        verbose_name=_("cluster"),
    )
    volume_driver = models.ForeignKey(
        "hosts.VolumeDriver", models.PROTECT, null=True, blank=True, related_name="volumes",
        verbose_name=_("volume driver"),
    )
    size_gib = models.PositiveIntegerField(
        _("size, GiB"), validators=[MinValueValidator(1), MaxValueValidator(LARGEST_GIB)]
    )
    backend = models.CharField(
        _("backend"), max_length=16, choices=Backend, default=Backend.VOLUME_GROUP
    )
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.PLANNED, editable=False
    )
    volume_group_ext_id = models.CharField(
        _("volume group"), max_length=64, blank=True, editable=False
    )
    disk_ext_id = models.CharField(_("disk"), max_length=64, blank=True, editable=False)
    filesystem = models.CharField(
        _("kind of file system"), max_length=4, choices=Filesystem, default=chosen_filesystem,
        editable=False,
    )
    # Chosen by us before the disk exists: how we know our own file system from anybody else's.
    filesystem_uuid = models.UUIDField(_("file system"), default=uuid4, editable=False)
    device = models.CharField(_("device"), max_length=250, blank=True, editable=False)
    claimed_by = models.CharField(_("claim"), max_length=40, blank=True, editable=False)
    # In words, and kept when the claim ends: whose data lies here.
    used_by = models.CharField(_("used by"), max_length=300, blank=True, editable=False)
    owner = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("owner"),
    )
    kept = models.BooleanField(
        _("kept"), default=False, editable=False,
        help_text=_("Its instance was retired; the data stays for another one."),
    )
    # Of a volume in use; 0 also while nobody has looked.
    used_percent = models.PositiveSmallIntegerField(_("used, %"), default=0, editable=False)
    measured_at = models.DateTimeField(_("measured"), null=True, editable=False)
    facts = models.JSONField(_("facts"), default=dict, editable=False)
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        ordering = ["name", "-pk"]
        verbose_name = _("volume")
        verbose_name_plural = _("volumes")
        indexes = [
            models.Index(fields=["name", "-id"], name="volume_in_order"),
            models.Index(fields=["-used_percent", "name", "-id"], name="volume_fullest_first"),
            models.Index(fields=["state"], name="volume_by_state"),
            models.Index(fields=["claimed_by"], name="volume_by_user"),
            models.Index(fields=["role"], name="volume_by_role"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~Q(state="deleted"), name="volume_living_name",
                violation_error_message=_("Another volume has this name."),
            ),
            models.UniqueConstraint(
                fields=["claimed_by", "role"], condition=~Q(claimed_by=""),
                name="volume_one_per_role",
            ),
        ]
        permissions = [
            ("grow_volume", _("May grow volumes")),
            ("erase_volume", _("May delete kept volumes with their data")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mark(self) -> str:
        """What its volume group carries in its description in Prism."""
        return f"Slipway volume {self.uuid}"

    @property
    def is_kept(self) -> bool:
        """Nobody uses it, and its data is there."""
        return not self.claimed_by and self.state != self.State.DELETED

    @property
    def is_foreign(self) -> bool:
        """Its volume group was made by somebody else: it is let go of, never deleted."""
        return bool(self.facts.get("foreign"))

    @property
    def is_unconfirmed(self) -> bool:
        """Foreign, and nobody has said yes yet to what lies on it."""
        return self.is_foreign and not self.facts.get("adopted")

    @property
    def driver(self) -> str:
        """The Docker volume driver that mounts it."""
        return "nutanix" if self.backend == self.Backend.NUTANIX_DRIVER else "local"

    def driver_options(self) -> dict[str, str]:
        """What the engine is told when the Docker volume is made; only from our own rows."""
        if self.backend == self.Backend.VOLUME_GROUP:
            return {"type": self.filesystem, "device": self.device}
        if self.backend == self.Backend.NUTANIX_DRIVER:
            return {"sizeMb": str(self.size_gib * 1024)}
        return {}
