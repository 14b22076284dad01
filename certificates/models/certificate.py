"""What was signed: a certificate for a server or a client."""

from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates.models.authority import Authority
from certificates.models.expiring import Expiring
from certificates.models.words import CertificateWords
from certificates.policy import renew_at
from lib.fields import EncryptedTextField


class CertificateQuerySet(models.QuerySet):
    def usable(self) -> "CertificateQuerySet":
        """Neither revoked, replaced nor expired, and begun."""
        now = timezone.now()
        return self.filter(
            state=Certificate.State.VALID, not_before__lte=now, not_after__gt=now
        )


class Certificate(Expiring):
    """One leaf certificate; who issued it and its serial number are its identity."""

    class Usage(models.TextChoices):
        SERVER = "server", _("Server")
        CLIENT = "client", _("Client")

    class State(models.TextChoices):
        VALID = "valid", _("Valid")
        REPLACED = "replaced", _("Replaced")
        REVOKED = "revoked", _("Revoked")

    class Reason(models.TextChoices):
        UNSPECIFIED = "unspecified", _("No reason given")
        KEY_COMPROMISE = "keyCompromise", _("The key may be known to others")
        SUPERSEDED = "superseded", _("Another certificate took its place")
        CESSATION = "cessationOfOperation", _("The service has ended")
        AFFILIATION = "affiliationChanged", _("The name belongs to someone else now")

    authority = models.ForeignKey(
        Authority, null=True, blank=True, on_delete=models.PROTECT,
        related_name="certificates", verbose_name=_("authority"),
    )
    sans = models.JSONField(
        _("names and addresses"), default=list, help_text=_("DNS names first, then IP addresses.")
    )
    usage = models.CharField(_("usage"), max_length=10, choices=Usage, default=Usage.SERVER)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.VALID)
    key_pem = EncryptedTextField(_("private key"), blank=True)
    renew_at = models.DateTimeField(
        _("renew from"), null=True, blank=True,
        help_text=_("Two thirds of its life when it is recorded, unless told otherwise."),
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=30, choices=Reason, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["not_after", "pk"]
        indexes = [
            models.Index(fields=["not_after", "id"], name="certificate_by_end"),
            models.Index(fields=["state", "not_after"], name="certificate_by_state"),
            models.Index(fields=["state", "renew_at"], name="certificate_by_renewal"),
            models.Index(fields=["usage", "not_after"], name="certificate_by_usage"),
            models.Index(fields=["owner", "not_after"], name="certificate_by_owner"),
            models.Index(fields=["authority", "not_after"], name="certificate_by_authority"),
            models.Index(fields=["common_name"], name="certificate_by_name"),
            models.Index(fields=["fingerprint"], name="certificate_by_fingerprint"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer_name", "serial"], name="one_certificate_per_issuer_and_serial"
            ),
            models.CheckConstraint(
                condition=Q(state="revoked", revoked_at__isnull=False)
                | (~Q(state="revoked") & Q(revoked_at__isnull=True)),
                name="revoked_certificates_have_a_date",
            ),
        ]
        permissions = [
            ("revoke_certificate", "Can revoke certificates"),
            ("export_certificate", "Can export private keys"),
        ]

    def __str__(self) -> str:
        return f"{self.common_name} ({self.serial[:8]})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and self.renew_at is None:
            self.renew_at = renew_at(self.not_before, self.not_after)
        with transaction.atomic():
            super().save(*args, **kwargs)
            if kwargs.get("update_fields") is None:
                CertificateWords.remember([self])

    @property
    def is_usable(self) -> bool:
        """Whether it may be served today."""
        now = timezone.now()
        return self.state == self.State.VALID and self.not_before <= now < self.not_after
