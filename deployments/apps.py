"""Django's handle on this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lib.auditing import record

# Written by operations, not by people.
_UNRECORDED = ["health", "state", "tested_at", "deployed_at"]


class DeploymentsConfig(AppConfig):
    name = "deployments"
    verbose_name = _("Harbor registries")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the models of every app

        from deployments import outcomes  # noqa: F401  (connects its receiver)

        auditlog.register(self.get_model("IncomingArchive"), include_fields=["name", "way", "url"])
        record(self, {"Release": ["images"], "HarborInstance": _UNRECORDED})
