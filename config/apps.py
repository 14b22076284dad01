"""Makes the commands and the roles of the composition root known to Django."""

from django.apps import AppConfig, apps
from django.core import checks
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Slipway"

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the models of every app
        from django.contrib.auth.models import Group, User

        from config.roles import keep_roles  # needs the models of every app
        from config.sign_in_pages import check_sign_in
        from config.theme import make_headers_once

        make_headers_once()
        checks.register(check_sign_in)
        post_migrate.connect(keep_roles, sender=self)
        auditlog.register(
            User, exclude_fields=["last_login", "date_joined"], mask_fields=["password"],
            mask_callable="lib.fields.mask", m2m_fields={"groups", "user_permissions"},
        )
        auditlog.register(Group, m2m_fields={"permissions"})
        _without_allauths_pages()


def _without_allauths_pages() -> None:
    """What a provider said stays out of the admin: nothing in it is for people to write."""
    from django.contrib import admin

    for label in ("account", "socialaccount"):
        if apps.is_installed(f"allauth.{label}"):
            admin.site.unregister([
                model for model in apps.get_app_config(label).get_models()
                if admin.site.is_registered(model)
            ])
