"""Who signs certificates."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.models.expiring import Expiring
from lib.fields import EncryptedTextField


class Authority(Expiring):
    """A certificate authority: ours (with key), or an outside one that we only know."""

    class Kind(models.TextChoices):
        MADE = "made", _("Made here")
        IMPORTED = "imported", _("Imported with its key")
        SIGNED = "signed", _("Made here, signed outside")
        OUTSIDE = "outside", _("Outside, certificate only")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children",
        verbose_name=_("signed by"),
    )
    is_console = models.BooleanField(
        _("signs for the console"), default=False, editable=False,
        help_text=_("Docker engines and the console itself use this authority."),
    )
    longest_days = models.PositiveIntegerField(
        _("longest lifetime, days"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Longer certificates are refused. Empty: the limit of the console."),
    )
    key_pem = EncryptedTextField(_("private key"), blank=True)
    crl_pem = models.TextField(_("revocation list"), blank=True, editable=False)
    crl_number = models.PositiveIntegerField(
        _("number of the revocation list"), default=0, editable=False
    )
    crl_made_at = models.DateTimeField(_("revocation list made"), null=True, editable=False)

    class Meta:
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_console"], condition=Q(is_console=True), name="one_console_authority"
            ),
            models.UniqueConstraint(fields=["fingerprint"], name="authority_known_once"),
        ]

    @property
    def opens_engines(self) -> bool:
        """Whether Docker engines take a client certificate of it for the console's."""
        return self.is_console or bool(self.parent and self.parent.opens_engines)

    def __str__(self) -> str:
        return self.name
