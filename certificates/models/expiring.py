"""What authorities and certificates share: a name, a validity and how much of it is left."""

from datetime import timedelta
from uuid import uuid4

from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Expiring(models.Model):
    """A signed document with an end."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    common_name = models.CharField(_("common name"), max_length=255)
    issuer_name = models.CharField(_("issuer"), max_length=500)
    serial = models.CharField(_("serial number"), max_length=40, help_text=_("Hexadecimal."))
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"))
    fingerprint = models.CharField(_("SHA-256 fingerprint"), max_length=64)
    key_type = models.CharField(_("key"), max_length=20)
    certificate_pem = models.TextField(_("certificate"))
    chain_pem = models.TextField(
        _("chain"), blank=True,
        help_text=_("The certificates above it that are no authorities of their own here."),
    )
    owner = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("owner"),
        related_name="+",
    )
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        abstract = True

    @property
    def days_left(self) -> int:
        """Whole days until the end; negative when it has passed."""
        return (self.not_after - timezone.now()) // timedelta(days=1)

    @property
    def life_left(self) -> float:
        """The part of the lifetime that is left, 1.0 to 0.0: lifetimes shrink, so count in parts.
        """
        whole = self.not_after - self.not_before
        return max(0.0, min(1.0, (self.not_after - timezone.now()) / whole))

    @property
    def has_key(self) -> bool:
        """Whether we keep the private key; decrypts nothing."""
        if "key_pem" in self.__dict__:
            return bool(self.__dict__["key_pem"])
        return type(self)._base_manager.filter(pk=self.pk).exclude(key_pem="").exists()

    @property
    def full_chain_pem(self) -> str:
        """The certificate, then its intermediates: what a server sends."""
        return self.certificate_pem + self.chain_pem
