"""Django's handle on this room; says what of it the audit log records."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = _("Operations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the models of every app

        # The rest is written by the scheduler itself. Operations: see record.py.
        auditlog.register(
            self.get_model("Schedule"), include_fields=["every_minutes", "next_at", "enabled"]
        )
