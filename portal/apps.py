"""Django's handle on this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lib.auditing import record

# What people decide is audited; what a delivery writes is told by its operation.
_UNRECORDED = {
    "Team": [], "Offer": [], "ApprovalRule": [], "Approval": [], "Request": ["changed_at"],
    "Project": [], "Robot": [], "Handover": [],
}


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal import outcomes  # noqa: F401  (connects its receiver)

        record(self, _UNRECORDED)
