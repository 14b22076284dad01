"""An installer archive on its way to become a release."""

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.errors import ServiceError

if TYPE_CHECKING:
    from deployments.models.release import Release


class IncomingArchive(models.Model):
    """One file name in the folder of releases: how it came, how far it is, what became of it."""

    class Way(models.TextChoices):
        DIRECTORY = "directory", _("Put into the folder")
        UPLOAD = "upload", _("Uploaded")
        ADDRESS = "address", _("Fetched from an address")

    class State(models.TextChoices):
        ARRIVING = "arriving", _("Arriving")
        COMPLETE = "complete", _("Complete, not read yet")
        REGISTERED = "registered", _("Registered")
        REFUSED = "refused", _("Refused")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("file name"), max_length=160, unique=True)
    way = models.CharField(_("way"), max_length=10, choices=Way)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ARRIVING)
    size = models.BigIntegerField(_("size in bytes"), default=0)
    # What tells one file of this name from another: the file's time, in ns, or the browser's.
    modified = models.BigIntegerField(default=0, editable=False)
    sha256 = models.CharField(_("expected SHA-256"), max_length=64, blank=True)
    url = models.CharField(_("address"), max_length=1000, blank=True)
    ca_pem = models.TextField(_("CA certificate (PEM)"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    advice = models.TextField(_("what to do"), blank=True)
    release = models.ForeignKey(
        "deployments.Release", models.SET_NULL, null=True, blank=True, related_name="arrivals",
        verbose_name=_("release"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name=_("brought by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        ordering = ["-changed_at"]
        verbose_name = _("incoming archive")
        verbose_name_plural = _("incoming archives")
        indexes = [
            models.Index(fields=["state", "way"], name="incoming_state_way"),
            models.Index(fields=["-changed_at"], name="incoming_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def final_path(self) -> Path:
        """Where the file lies as a release."""
        return Path(settings.RELEASES_DIR) / self.name

    def record(self, **changes: object) -> None:
        """Set these fields and write them."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=[*changes, "changed_at"])

    def refuse(self, error: ServiceError) -> None:
        """It is no release, and this is why."""
        self.record(state=self.State.REFUSED, reason=error.message, advice=error.advice)

    def accept(self, release: "Release") -> None:
        """It has become `release`; from now on only a changed file is read again."""
        facts = self.final_path.stat() if self.final_path.is_file() else None
        self.record(
            state=self.State.REGISTERED, release=release, reason="", advice="",
            modified=facts.st_mtime_ns if facts else self.modified,
            size=facts.st_size if facts else self.size,
        )
