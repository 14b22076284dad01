"""A key that waits for its certificate, which somebody outside signs."""

from uuid import uuid4

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.fields import EncryptedTextField


class SigningRequest(models.Model):
    """Made here, sent to an outside authority by a person; its answer takes the key over."""

    class Purpose(models.TextChoices):
        SERVER = "server", _("Server")
        CLIENT = "client", _("Client")
        AUTHORITY = "authority", _("Authority that signs here")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=253)
    purpose = models.CharField(
        _("purpose"), max_length=10, choices=Purpose, default=Purpose.SERVER
    )
    sans = models.JSONField(_("names and addresses"), default=list)
    request_pem = models.TextField(_("request"))
    key_pem = EncryptedTextField(_("private key"))
    key_type = models.CharField(_("key"), max_length=20)
    owner = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("owner"),
        related_name="+",
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("signing request")
        verbose_name_plural = _("signing requests")
        ordering = ["-created_at"]
        permissions = [("answer_signingrequest", "Can upload the answer to a signing request")]

    def __str__(self) -> str:
        return self.name
