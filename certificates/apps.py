"""Django's handle on this room; says what of it the audit log records."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lib.auditing import record

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
        record(self, _UNRECORDED)
