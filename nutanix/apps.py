"""Django's handle on this room; says what of it the audit log records."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lib.auditing import record

# What tests and looks write by themselves is no act of a person.
_UNRECORDED = {
    "Prism": ["verified_at", "version", "problem"],
    "Cluster": ["facts", "checked_at"],
}


class NutanixConfig(AppConfig):
    name = "nutanix"
    verbose_name = _("Nutanix")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        record(self, _UNRECORDED)
