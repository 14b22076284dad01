"""Connections to Prism, and the clusters behind them with what new machines there are made from."""

from functools import partial
from urllib.parse import urlsplit
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.fields import EncryptedTextField
from nutanix.alarms import notice
from nutanix.prism import PrismClient, client_for

DEFAULT_PORT = 9440


class Prism(models.Model):
    """One Prism: where it answers, how it is trusted, who we are there."""

    class Kind(models.TextChoices):
        PC_V4 = "pc_v4", _("Prism Central (v4)")
        PE_V2 = "pe_v2", _("Prism Element (v2)")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PC_V4)
    address = models.CharField(
        _("address"), max_length=253,
        help_text=_("Like https://prism.example.com:9440; the port may be left out."),
    )
    username = models.CharField(_("user name"), max_length=200, blank=True)
    password = EncryptedTextField(_("password"), blank=True, default="")
    api_key = EncryptedTextField(
        _("API key"), blank=True, default="",
        help_text=_("Of a service account in Prism Central; used instead of user and password."),
    )
    ca_pem = models.TextField(
        _("CA certificate"), blank=True,
        help_text=_("PEM of the CA that signed Prism's certificate; empty: the system's CAs."),
    )
    fingerprint = models.CharField(
        _("SHA-256 fingerprint"), max_length=95, blank=True,
        help_text=_("Trusts exactly this certificate, whatever its name or signer."),
    )
    read_timeout = models.PositiveIntegerField(
        _("seconds to wait for an answer"), default=90,
        validators=[MinValueValidator(5), MaxValueValidator(600)],
    )
    verified_at = models.DateTimeField(_("last good test"), null=True, editable=False)
    version = models.CharField(_("version"), max_length=60, blank=True, editable=False)
    problem = models.TextField(_("problem"), blank=True, editable=False)
    # The problem is that our login or its certificate was refused: the next success disproves it.
    alarmed = models.BooleanField(_("refused"), default=False, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("Prism connection")
        verbose_name_plural = _("Prism connections")
        indexes = [models.Index(fields=["kind"], name="prism_by_kind")]
        permissions = [("test_prism", _("May test Prism connections"))]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError with every problem of address, login and trust."""
        problems: dict[str, object] = {}
        if not _is_https(self.url):
            problems["address"] = _("Write the address like https://prism.example.com:9440.")
        if not self.api_key and not (self.username and self.password):
            problems["username"] = _("Give a user name and a password, or an API key.")
        if self.api_key and self.kind == self.Kind.PE_V2:
            problems["api_key"] = _("Prism Element knows no API keys; give user and password.")
        if self.fingerprint and len(_hex(self.fingerprint)) != 64:
            problems["fingerprint"] = _("A SHA-256 fingerprint has 64 hexadecimal digits.")
        if problems:
            raise ValidationError(problems)

    @property
    def url(self) -> str:
        """https://host:port without a path."""
        given = self.address if "://" in self.address else f"https://{self.address}"
        parts = urlsplit(given.strip().rstrip("/"))
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        try:
            port = parts.port or DEFAULT_PORT
        except ValueError:
            return given
        return f"{parts.scheme}://{host}:{port}"

    def client(self) -> PrismClient:
        """A client of this Prism; close it. The row remembers when it refuses us."""
        client = client_for(self)
        client.session.noticed = partial(notice, self)
        return client


class Cluster(models.Model):
    """One AHV cluster, and what machines made there are given."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    prism = models.ForeignKey(
        Prism, models.PROTECT, related_name="clusters", verbose_name=_("Prism connection")
    )
    name = models.CharField(_("name"), max_length=120)
    ext_id = models.CharField(_("id in Prism"), max_length=64)
    description = models.TextField(_("description"), blank=True)
    default_subnet_ext_id = models.CharField(_("subnet"), max_length=64, blank=True)
    default_subnet_name = models.CharField(
        _("subnet's name"), max_length=120, blank=True, editable=False
    )
    default_container_ext_id = models.CharField(
        _("storage container"), max_length=64, blank=True
    )
    default_container_name = models.CharField(
        _("storage container's name"), max_length=120, blank=True, editable=False
    )
    default_image_ext_id = models.CharField(_("image"), max_length=64, blank=True)
    default_image_name = models.CharField(
        _("image's name"), max_length=250, blank=True, editable=False
    )
    # What Prism said at the last look: version, nodes, and what can be chosen above.
    facts = models.JSONField(_("facts"), default=dict, editable=False)
    checked_at = models.DateTimeField(_("last look"), null=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints = [
            models.UniqueConstraint(fields=["prism", "ext_id"], name="cluster_once_per_prism"),
        ]
        indexes = [models.Index(fields=["name"], name="cluster_by_name")]

    def __str__(self) -> str:
        return self.name

    def client(self) -> PrismClient:
        """A client of the Prism that rules this cluster; close it."""
        return self.prism.client()

    def missing_defaults(self, *, besides: tuple[str, ...] = ()) -> list[str]:
        """What must be chosen before a machine can be made here; empty when it is complete.

        `besides`: the kinds (subnet, container, image) that the machine brings along itself.
        """
        wanted = (
            ("subnet", _("a subnet")), ("container", _("a storage container")),
            ("image", _("an image")),
        )
        return [
            str(name) for kind, name in wanted
            if kind not in besides and not getattr(self, f"default_{kind}_ext_id")
        ]


def _is_https(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and not parts.username


def _hex(fingerprint: str) -> str:
    return "".join(letter for letter in fingerprint.lower() if letter in "0123456789abcdef")
