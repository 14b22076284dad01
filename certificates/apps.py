"""Django's handle on this room; says what of it the audit log records."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lib.fields import secret_fields

# What signing and probing write by themselves is no act of a person.
_UNRECORDED = {
    "Authority": ["crl_pem", "crl_number", "crl_made_at"],
    "Certificate": [],
    "SigningRequest": [],
    "Endpoint": [
        "state", "problem", "served_fingerprint", "served_issuer", "served_until", "protocol",
        "probed_at", "last_seen_at", "recent",
    ],
    "CalendarKey": ["digest"],
}


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the models of every app

        for name, unrecorded in _UNRECORDED.items():
            model = self.get_model(name)
            auditlog.register(
                model, exclude_fields=unrecorded, mask_fields=secret_fields(model),
                mask_callable="lib.fields.mask",
            )
