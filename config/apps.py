"""Makes the commands and the roles of the composition root known to Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Slipway"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the models of every app
        from django.contrib.auth.models import Group, User

        from config.roles import keep_roles  # needs the models of every app
        from config.theme import make_headers_once

        make_headers_once()
        post_migrate.connect(keep_roles, sender=self)
        auditlog.register(
            User, exclude_fields=["last_login", "date_joined"], mask_fields=["password"],
            mask_callable="lib.fields.mask", m2m_fields={"groups", "user_permissions"},
        )
        auditlog.register(Group, m2m_fields={"permissions"})
