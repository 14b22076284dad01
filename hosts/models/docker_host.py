"""A machine whose Docker Engine answers on 2376 with mutual TLS."""

from pathlib import Path
from uuid import uuid4

from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hosts.models.first_boot import FirstBoot
from hosts.models.made_from import MadeFrom
from hosts.models.requests import RemembersRequests
from lib.errors import ServiceError
from lib.names import validate_dns_label

ENGINE_PORT = 2376


class DockerHost(FirstBoot, MadeFrom, RemembersRequests):
    """A machine on a cluster, made by us or imported, or an existing machine (no cluster)."""

    class State(models.TextChoices):
        NEW = "new", _("Not made yet")
        READY = "ready", _("Ready")
        OFF = "off", _("Off")
        UNREACHABLE = "unreachable", _("Unreachable")
        GONE = "gone", _("Gone")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=40, validators=[validate_dns_label])
    cluster = models.ForeignKey(
        "nutanix.Cluster", models.PROTECT, null=True, blank=True, related_name="hosts",
        verbose_name=_("cluster"), help_text=_("Empty for a machine that exists already."),
    )
    cpus = models.PositiveIntegerField(
        _("CPUs"), default=2, validators=[MinValueValidator(1), MaxValueValidator(128)]
    )
    memory_mib = models.PositiveIntegerField(
        _("memory, MiB"), default=4096, validators=[MinValueValidator(1024)]
    )
    disk_gib = models.PositiveIntegerField(
        _("disk, GiB"), default=40, validators=[MinValueValidator(10)]
    )
    address = models.CharField(
        _("address"), max_length=253, blank=True,
        help_text=_("Of an existing machine: IP address or name. Otherwise Prism gives it."),
    )
    engine_port = models.PositiveIntegerField(
        _("engine's port"), default=ENGINE_PORT, validators=[MaxValueValidator(65535)]
    )
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.NEW, editable=False
    )
    imported = models.BooleanField(
        _("imported"), default=False, editable=False,
        help_text=_("A machine on the cluster that Slipway did not make and never deletes."),
    )
    vm_ext_id = models.CharField(_("id in Prism"), max_length=64, blank=True, editable=False)
    docker_version = models.CharField(
        _("Docker version"), max_length=40, blank=True, editable=False
    )
    storage_driver = models.CharField(
        _("storage driver"), max_length=40, blank=True, editable=False
    )
    authority = models.ForeignKey(
        "certificates.Authority", models.PROTECT, null=True, blank=True, editable=False,
        related_name="+", verbose_name=_("authority"),
    )
    client_certificate = models.ForeignKey(
        "certificates.Certificate", models.PROTECT, null=True, blank=True, editable=False,
        related_name="+", verbose_name=_("our certificate"),
    )
    server_certificate = models.ForeignKey(
        "certificates.Certificate", models.PROTECT, null=True, blank=True, editable=False,
        related_name="+", verbose_name=_("its certificate"),
    )
    owner = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    last_seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    # What Prism showed otherwise than this row at the last look: hosts/drift.py.
    drift = models.JSONField(_("differences"), default=list, editable=False)
    differs = models.BooleanField(_("differs from Prism"), default=False, editable=False)
    compared_at = models.DateTimeField(_("last compared"), null=True, editable=False)
    facts = models.JSONField(_("facts"), default=dict, editable=False)

    class Meta:
        ordering = ["name", "-pk"]
        verbose_name = _("Docker host")
        verbose_name_plural = _("Docker hosts")
        indexes = [
            models.Index(fields=["name", "-id"], name="host_in_order"),
            models.Index(fields=["state"], name="host_by_state"),
            models.Index(fields=["differs"], name="host_by_difference"),
            models.Index(fields=["name"], name="host_by_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~Q(state="gone"), name="host_living_name",
                violation_error_message=_("Another host has this name."),
            ),
        ]
        permissions = [
            ("provision_dockerhost", _("May make and connect Docker hosts")),
            ("retire_dockerhost", _("May retire Docker hosts")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ours(self) -> bool:
        """Whether Slipway made the machine and may delete it."""
        return self.cluster_id is not None and not self.imported

    @property
    def tls_name(self) -> str:
        """The name in the engine's certificate: known before the machine has an address."""
        return f"{self.uuid}.host.slipway.internal"

    @property
    def mark(self) -> str:
        """What our machine carries in its description in Prism, so that we find it again."""
        return f"Slipway host {self.uuid}"

    def forget_machine(self) -> None:
        """The machine is no more: what was its own is forgotten, and this row may get a new one."""
        self.record(
            vm_ext_id="", address="", server_certificate=None, requests={}, state=self.State.NEW,
            drift=[], differs=False,
            facts=self.facts | {"former_address": self.address} if self.address else self.facts,
        )

    def settle(self, *kinds: str) -> None:
        """What differed in these ways does so no longer; the next look tells for certain."""
        left = [each for each in self.drift if each["kind"] not in kinds]
        if left != self.drift:
            self.record(drift=left, differs=bool(left))

    def compose_environment(self, directory: str | Path) -> dict[str, str]:
        """What `docker compose` needs to reach this engine; writes its keys into `directory`.

        `directory` must be private and temporary. Raises ServiceError before the host is made.
        """
        self.write_keys(Path(directory))
        address = f"[{self.address}]" if ":" in self.address else self.address
        return {
            "DOCKER_HOST": f"tcp://{address}:{self.engine_port}",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": str(directory),
        }

    def write_keys(self, directory: Path) -> None:
        """ca.pem, cert.pem and key.pem (0600) for a client of this engine."""
        if not self.address or not self.authority or not self.client_certificate:
            raise ServiceError(
                f"{self.name} has no address or no certificates yet.",
                advice="Run “Make and connect” on the host first.",
            )
        contents = {
            "ca.pem": self.authority.full_chain_pem,
            "cert.pem": self.client_certificate.full_chain_pem,
            "key.pem": self.client_certificate.key_pem,
        }
        for name, content in contents.items():
            file = directory / name
            file.touch(mode=0o600)
            file.write_text(content)
