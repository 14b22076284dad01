"""One Harbor: its name, its host, its release, its secrets and how it fares."""

from uuid import uuid4

from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deployments.models.queries import InstanceQuerySet
from deployments.models.release import Release
from deployments.models.sizes import PRESETS, ROLES, Preset, Size
from hosts.models import VolumeDriver
from hosts.models.made_from import MadeFrom
from lib.fields import EncryptedTextField
from lib.names import validate_dns_label, validate_fqdn
from lib.passwords import new_password

PORT = [MinValueValidator(1), MaxValueValidator(65535)]
GIB = [MinValueValidator(1), MaxValueValidator(64 * 1024)]


class HarborInstance(MadeFrom):
    """A registry that Slipway made and keeps; the row outlives the registry."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        DEPLOYING = "deploying", _("Deploying")
        RUNNING = "running", _("Running")
        DEGRADED = "degraded", _("Degraded")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")
        RETIRED = "retired", _("Retired")

    class AuthMode(models.TextChoices):
        DATABASE = "database", _("Harbor's own users")
        LDAP = "ldap", _("LDAP or Active Directory")
        OIDC = "oidc", _("OpenID Connect")

    class Backend(models.TextChoices):
        VOLUME_GROUP = "volume_group", _("Nutanix volume groups")
        NUTANIX_DRIVER = "nutanix_driver", _("Nutanix volume driver for Docker")
        LOCAL = "local", _("The host's own disk")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(
        _("name"), max_length=28, validators=[validate_dns_label],
        help_text=_("Names the machine and its volumes: letters, digits and hyphens."),
    )
    fqdn = models.CharField(
        _("domain name"), max_length=253, validators=[validate_fqdn],
        help_text=_("What users type: docker login registry.example.com"),
    )
    cluster = models.ForeignKey(
        "nutanix.Cluster", models.PROTECT, null=True, blank=True, related_name="instances",
        verbose_name=_("cluster"), help_text=_("A new machine is made on this cluster …"),
    )
    host = models.ForeignKey(
        "hosts.DockerHost", models.PROTECT, null=True, blank=True, related_name="instances",
        verbose_name=_("Docker host"), help_text=_("… or an existing host is used."),
    )
    release = models.ForeignKey(
        Release, models.PROTECT, related_name="instances", verbose_name=_("release")
    )
    size = models.CharField(_("size"), max_length=8, choices=Size.choices, default=Size.SMALL)
    http_port = models.PositiveIntegerField(_("HTTP port"), default=80, validators=PORT)
    https_port = models.PositiveIntegerField(_("HTTPS port"), default=443, validators=PORT)
    storage = models.CharField(
        _("storage"), max_length=16, choices=Backend.choices, default=Backend.VOLUME_GROUP,
        help_text=_(
            "Volume groups outlive machine and engine. What lies on the host's own disk is lost "
            "with it: for trials and machines with a backup of their own."
        ),
    )
    volume_driver = models.ForeignKey(
        "hosts.VolumeDriver", models.PROTECT, null=True, blank=True, related_name="instances",
        verbose_name=_("volume driver"),
        help_text=_(
            "Last published in 2018, and nobody maintains it. It runs with the rights of root on "
            "the host and holds the password of a Cluster Admin there. Choose it only where a "
            "machine cannot have volume groups."
        ),
    )
    registry_gib = models.PositiveIntegerField(
        _("images, GiB"), null=True, blank=True, validators=GIB
    )
    database_gib = models.PositiveIntegerField(
        _("database, GiB"), null=True, blank=True, validators=GIB
    )
    redis_gib = models.PositiveIntegerField(_("cache, GiB"), null=True, blank=True, validators=GIB)
    jobservice_gib = models.PositiveIntegerField(
        _("job logs, GiB"), null=True, blank=True, validators=GIB
    )
    takes_over = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+",
        limit_choices_to={"state": "retired"}, verbose_name=_("takes over the data of"),
        help_text=_("A retired instance of the same name whose volumes were kept."),
    )
    continue_without_name = models.BooleanField(
        _("continue when the name does not resolve"), default=False,
        help_text=_("Otherwise the deployment waits until the DNS record exists."),
    )
    auth_mode = models.CharField(
        _("who logs in"), max_length=10, choices=AuthMode.choices, default=AuthMode.DATABASE
    )
    auth_settings = models.JSONField(_("login settings"), default=dict, blank=True)
    auth_secret = EncryptedTextField(_("login secret"), blank=True, default="")
    admin_password = EncryptedTextField(_("administrator password"), default=new_password)
    database_password = EncryptedTextField(_("database password"), default=new_password)
    secretkey = EncryptedTextField(blank=True, default="", editable=False)
    private_key_pem = EncryptedTextField(blank=True, default="", editable=False)
    root_crt = models.TextField(blank=True, default="", editable=False)
    certificate = models.ForeignKey(
        "certificates.Certificate", models.SET_NULL, null=True, blank=True, editable=False,
        related_name="instances", verbose_name=_("certificate"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False
    )
    health = models.JSONField(_("health"), default=dict, editable=False)
    deployed_at = models.DateTimeField(_("deployed"), null=True, editable=False)
    tested_at = models.DateTimeField(_("last self-test"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    owner = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="instances",
        verbose_name=_("owner"),
    )

    objects = InstanceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-pk"]
        verbose_name = _("Harbor instance")
        verbose_name_plural = _("Harbor instances")
        permissions = [
            ("deploy_harborinstance", _("May deploy, start and stop Harbor instances")),
            ("test_harborinstance", _("May run the self-test of Harbor instances")),
            ("retire_harborinstance", _("May retire Harbor instances")),
            ("reveal_harborinstance", _("May read administrators' passwords")),
        ]
        indexes = [
            models.Index(fields=["name", "-id"], name="instance_in_order"),
            models.Index(fields=["state"], name="instance_state"),
            models.Index(fields=["fqdn"], name="instance_fqdn"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~Q(state="retired"), name="instance_living_name",
                violation_error_message=_("Another instance has this name."),
            ),
            models.UniqueConstraint(
                fields=["fqdn"], condition=~Q(state="retired"), name="instance_living_fqdn",
                violation_error_message=_("Another instance has this domain name."),
            ),
            # Harbor's container names are fixed: one per engine (`harbor.md 1.8`).
            models.UniqueConstraint(
                fields=["host"], condition=~Q(state="retired") & Q(host__isnull=False),
                name="instance_living_host",
                violation_error_message=_("Another instance already runs on this host."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def preset(self) -> Preset:
        """The numbers behind the chosen size."""
        return PRESETS[Size(self.size)]

    def gib_of(self, role: str) -> int:
        """How large the volume of `role` is to be: the operator's number, else the preset's."""
        return getattr(self, f"{role}_gib") or getattr(self.preset, role)

    @property
    def chosen_driver(self) -> VolumeDriver | None:
        """The volume driver that the chosen storage needs; None for any other storage."""
        return self.volume_driver if self.storage == self.Backend.NUTANIX_DRIVER else None

    @property
    def total_gib(self) -> int:
        """All volumes together."""
        return sum(self.gib_of(role) for role in ROLES)

    @property
    def registry_host(self) -> str:
        """What stands before the first slash of an image name."""
        return self.fqdn if self.https_port == 443 else f"{self.fqdn}:{self.https_port}"

    @property
    def url(self) -> str:
        """Where people open Harbor in a browser."""
        return f"https://{self.registry_host}"

    @property
    def is_locked(self) -> bool:
        """Name, domain name, host and volumes can no longer change."""
        return self.state != self.State.DRAFT

    def record(self, **facts: object) -> None:
        """Set fields and save just these."""
        for field, value in facts.items():
            setattr(self, field, value)
        self.save(update_fields=list(facts))
