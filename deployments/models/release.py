"""A Harbor version and where its images come from."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.reading import certificates_in
from harbor.images import public_images
from harbor.types import Image
from lib.errors import ServiceError
from lib.fields import EncryptedTextField

# A registry's name with a dot or a port, then folders: what Docker takes for one.
_PREFIX = re.compile(r"(?=[^/]*[.:])[a-z0-9.-]+(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*/?")


class Release(models.Model):
    """One version of Harbor, from one source; instances keep the release they were made from."""

    class Source(models.TextChoices):
        ARCHIVE = "archive", _("Offline installer archive")
        MIRROR = "mirror", _("Mirror registry")
        REGISTRY = "registry", _("Harbor's public registry")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    version = models.CharField(
        _("version"),
        max_length=60,
        blank=True,
        help_text=_("Like v2.15.2. Read from the archive when there is one."),
    )
    source = models.CharField(
        _("source"), max_length=12, choices=Source.choices, default=Source.ARCHIVE
    )
    archive = models.CharField(
        _("archive"),
        max_length=400,
        blank=True,
        help_text=_("File name of the installer archive in the console's folder of releases."),
    )
    archive_sha256 = models.CharField(_("SHA-256 of the archive"), max_length=64, blank=True)
    archive_size = models.BigIntegerField(_("size in bytes"), default=0, editable=False)
    images = models.JSONField(_("images"), default=list, editable=False)
    mirror_prefix = models.CharField(
        _("mirror prefix"),
        max_length=200,
        blank=True,
        help_text=_("Like registry.example.com/mirror; goharbor/… follows it."),
    )
    mirror_username = models.CharField(_("mirror user"), max_length=200, blank=True)
    mirror_password = EncryptedTextField(_("mirror password"), blank=True, default="")
    mirror_ca_pem = models.TextField(_("mirror CA certificate (PEM)"), blank=True)
    architecture = models.CharField(_("architecture"), max_length=20, default="amd64")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="release_newest"),
            models.Index(fields=["source"], name="release_source"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "source", "mirror_prefix"],
                name="release_unique_per_source",
                violation_error_message=_("This version from this source exists already."),
            )
        ]

    def __str__(self) -> str:
        return f"Harbor {self.version}" if self.version else _("Harbor release")

    @property
    def archive_path(self) -> Path:
        """Where the archive lies; always inside the console's folder of releases."""
        return Path(settings.RELEASES_DIR) / self.archive

    def image_list(self) -> list[Image]:
        """Every image of the release; for a registry without a list, those Harbor publishes."""
        if self.images:
            return [Image(**entry) for entry in self.images]
        return public_images(self.version)

    def prepare_image(self) -> str:
        """The reference of the image that renders Harbor's configuration."""
        for image in self.image_list():
            if image.name == "prepare":
                return image.reference
        raise LookupError("a release always has a prepare image")

    def clean(self) -> None:
        """Every reason at once why this release cannot be used."""
        problems = {}
        if self.source == self.Source.ARCHIVE:
            if not self.archive:
                problems["archive"] = _("Name the installer archive.")
            elif not self._archive_is_inside():
                problems["archive"] = _("The archive must lie in the console's folder of releases.")
        elif not self.version:
            problems["version"] = _("Give the version, like v2.15.2.")
        if self.source == self.Source.MIRROR:
            problems |= self._problems_with_mirror()
        if problems:
            raise ValidationError(problems)

    def _problems_with_mirror(self) -> dict[str, Any]:
        problems = {}
        if not self.mirror_prefix:
            problems["mirror_prefix"] = _("Give the prefix of the mirror's image names.")
        elif not _PREFIX.fullmatch(self.mirror_prefix):
            problems["mirror_prefix"] = _(
                "Write it as in an image name, like registry.example.com:5000/mirror: lower case, "
                "without https://."
            )
        if bool(self.mirror_username) != bool(self.mirror_password):
            problems["mirror_username"] = _("A login needs both a user and a password.")
        try:
            if self.mirror_ca_pem:
                certificates_in(self.mirror_ca_pem)
        except ServiceError as error:
            problems["mirror_ca_pem"] = error.message
        return problems

    def _archive_is_inside(self) -> bool:
        folder = Path(settings.RELEASES_DIR).resolve()
        return self.archive_path.resolve().is_relative_to(folder)
