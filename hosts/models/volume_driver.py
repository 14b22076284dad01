"""The `nutanix` volume driver for Docker: where its plugin comes from and what it is told."""

import re
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.fields import EncryptedTextField

# Docker finds the driver of a volume by this name (nutanix.md 5.1).
ALIAS = "nutanix"
PUBLISHED = "ntnx/nutanix_volume_plugin:latest"
_PART = r"[a-z0-9]+([._-]+[a-z0-9]+)*"
_REFERENCE = re.compile(rf"({_PART}(:[0-9]+)?/)?{_PART}(/{_PART})*(:[A-Za-z0-9._-]+)?")
_ADDRESS = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")


class VolumeDriver(models.Model):
    """The plugin's reference and its five settings; installed by deployments that choose it."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True)
    cluster = models.ForeignKey(
        "nutanix.Cluster", models.PROTECT, related_name="volume_drivers",
        verbose_name=_("cluster"),
        help_text=_("Where it makes volume groups: Slipway looks there whether they are right."),
    )
    reference = models.CharField(
        _("plugin"), max_length=250, default=PUBLISHED,
        help_text=_("As “docker plugin install” takes it; a copy in a registry of yours is best."),
    )
    registry_ca_pem = models.TextField(
        _("CA certificate of its registry"), blank=True,
        help_text=_("PEM; empty: the CAs that the host's system trusts."),
    )
    registry_username = models.CharField(
        _("user of its registry"), max_length=200, blank=True,
        help_text=_("Empty where the registry hands it out to everybody."),
    )
    registry_password = EncryptedTextField(
        _("password of its registry"), blank=True, default="",
        help_text=_("Only the pull sends it; the host does not keep it."),
    )
    prism_address = models.CharField(
        _("Prism Element"), max_length=120,
        help_text=_("Address of the cluster itself, not of a Prism Central (PRISM_IP)."),
    )
    data_services_address = models.CharField(
        _("data services"), max_length=120,
        help_text=_("The cluster's iSCSI data services address (DATASERVICES_IP)."),
    )
    username = models.CharField(
        _("user name"), max_length=200,
        help_text=_("A Cluster Admin of Prism Element; make one for this purpose alone."),
    )
    password = EncryptedTextField(
        _("password"),
        help_text=_("Root on every host with this plugin can read it: “docker plugin inspect”."),
    )
    storage_container = models.CharField(
        _("storage container"), max_length=120, help_text=_("By its name (DEFAULT_CONTAINER)."),
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("volume driver")
        verbose_name_plural = _("volume drivers")

    def __str__(self) -> str:
        return self.name

    @property
    def registry(self) -> str:
        """The registry's host and port; empty for Docker Hub."""
        first, slash, _rest = self.reference.partition("/")
        return first if slash and ("." in first or ":" in first) else ""

    def registry_login(self) -> dict[str, str] | None:
        """What the engine shows the registry; None without a login. Keep it in memory."""
        if not self.registry_username:
            return None
        return {"username": self.registry_username, "password": self.registry_password}

    def settings(self) -> dict[str, str]:
        """What the plugin is set to; holds the password: keep it in memory."""
        return {
            "PRISM_IP": self.prism_address,
            "DATASERVICES_IP": self.data_services_address,
            "PRISM_USERNAME": self.username,
            "PRISM_PASSWORD": self.password,
            "DEFAULT_CONTAINER": self.storage_container,
        }

    def clean(self) -> None:
        """Raise ValidationError with every problem of reference, addresses and login."""
        problems: dict[str, object] = {}
        if not _REFERENCE.fullmatch(self.reference):
            problems["reference"] = _("Write it like registry.example.com/team/plugin:tag.")
        for field in ("prism_address", "data_services_address"):
            if not _ADDRESS.fullmatch(getattr(self, field)):
                problems[field] = _("Give an address or a name, without https:// or a path.")
        if not self.password:
            problems["password"] = _("The plugin cannot work without a password.")
        if bool(self.registry_username) != bool(self.registry_password):
            problems["registry_username"] = _("Give user and password of the registry, or neither.")
        if self.registry_ca_pem and "BEGIN CERTIFICATE" not in self.registry_ca_pem:
            problems["registry_ca_pem"] = _("Give a certificate as PEM text.")
        if problems:
            raise ValidationError(problems)
