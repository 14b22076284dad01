"""An address where a certificate is expected to be served, and what was seen there."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.models.certificate import Certificate
from lib.errors import Unreachable
from lib.outbound import ForbiddenAddress, allowed_address


class Endpoint(models.Model):
    """Upper rooms register these rows; probes and the report read only them."""

    class State(models.TextChoices):
        UNSEEN = "unseen", _("Not looked at yet")
        EXPECTED = "expected", _("As expected")
        OLDER = "older", _("Older certificate")
        SOONER = "sooner", _("Ends sooner")
        OTHER = "other", _("Other certificate")
        WRONG_NAME = "wrong_name", _("Wrong name")
        INCOMPLETE = "incomplete", _("Chain incomplete")
        EXPIRED = "expired", _("Expired")
        UNTRUSTED = "untrusted", _("Refused by clients")
        UNREACHABLE = "unreachable", _("No answer")
        FORBIDDEN = "forbidden", _("Not allowed")

    # What differs from the books, although clients may accept it.
    DIFFERENT = (State.OLDER, State.SOONER, State.OTHER)
    # The looks that `recent` remembers.
    REMEMBERED = 24

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    address = models.CharField(_("address"), max_length=253, help_text=_("Name or IP address."))
    port = models.PositiveIntegerField(
        _("port"), default=443, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    server_name = models.CharField(
        _("server name"), max_length=253, help_text=_("The name that clients ask for.")
    )
    expected = models.ForeignKey(
        Certificate, null=True, blank=True, on_delete=models.PROTECT, related_name="endpoints",
        verbose_name=_("expected certificate"),
    )
    expected_fingerprint = models.CharField(
        _("expected fingerprint"), max_length=64, blank=True,
        help_text=_("SHA-256 in hexadecimal, for a certificate that is not in the books."),
    )
    trusted_pem = models.TextField(
        _("trusted authority"), blank=True,
        help_text=_("PEM of what clients trust there; empty: the system's authorities."),
    )
    breaks = models.TextField(
        _("what breaks"), blank=True, help_text=_("What stops working when it expires.")
    )
    owner = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        verbose_name=_("owner"),
    )
    content_type = models.ForeignKey(
        ContentType, null=True, blank=True, on_delete=models.CASCADE, editable=False
    )
    object_id = models.CharField(max_length=40, blank=True, editable=False)
    subject = GenericForeignKey("content_type", "object_id")

    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.UNSEEN, editable=False
    )
    problem = models.TextField(_("problem"), blank=True, editable=False)
    served_fingerprint = models.CharField(
        _("served fingerprint"), max_length=64, blank=True, editable=False
    )
    served_issuer = models.CharField(
        _("served issuer"), max_length=500, blank=True, editable=False
    )
    served_until = models.DateTimeField(
        _("served certificate ends"), null=True, blank=True, editable=False
    )
    protocol = models.CharField(_("protocol"), max_length=20, blank=True, editable=False)
    probed_at = models.DateTimeField(_("last look"), null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(_("last answer"), null=True, blank=True, editable=False)
    # The last looks, oldest first: [when, state].
    recent = models.JSONField(_("recent looks"), default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering = ["server_name", "address", "port"]
        indexes = [
            models.Index(fields=["server_name", "address", "port"], name="endpoint_in_order"),
            models.Index(fields=["state"], name="endpoint_by_state"),
            models.Index(fields=["served_until"], name="endpoint_by_end"),
            models.Index(fields=["content_type", "object_id"], name="endpoint_by_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "port", "server_name"], name="one_row_per_endpoint"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.server_name} at {self.where}"

    def clean(self) -> None:
        """Refuse an address that the console must not look at; it is checked again on use."""
        try:
            allowed_address(self.address, self.port or 443, allowed=settings.PROBE_HOSTS_ALLOWED)
        except ForbiddenAddress as error:
            raise ValidationError({"address": [
                error.message, _("Add it to PROBE_HOSTS_ALLOWED to have it looked at.")
            ]}) from error
        except Unreachable:
            return  # its DNS record may come later

    @property
    def where(self) -> str:
        """Address and port, as a URL writes them."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"

    def remember(self, at: datetime, state: str) -> None:
        """Note the outcome of a look; the oldest beyond REMEMBERED are forgotten."""
        self.state, self.probed_at = state, at
        self.recent = [*self.recent, [at.isoformat(timespec="seconds"), state]][-self.REMEMBERED:]
