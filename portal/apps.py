"""Django's handle on this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lib.fields import secret_fields

# What people decide is audited; what a delivery writes is told by its operation.
_AUDITED = {
    "Team": [], "Offer": [], "ApprovalRule": [], "Approval": [], "Request": ["changed_at"],
    "Project": [], "Robot": [], "Handover": [],
}


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the models of every app

        from portal import outcomes  # noqa: F401  (connects its receiver)

        for name, unrecorded in _AUDITED.items():
            model = self.get_model(name)
            auditlog.register(
                model, exclude_fields=unrecorded, mask_fields=secret_fields(model),
                mask_callable="lib.fields.mask",
            )
