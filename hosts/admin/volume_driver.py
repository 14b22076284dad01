"""Volume drivers in the admin: what the plugin is told, and what choosing it means."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from hosts.models import VolumeDriver


@admin.register(VolumeDriver)
class VolumeDriverAdmin(ModelAdmin):
    purpose = _("The “nutanix” volume driver for Docker, for machines that cannot have volume "
                "groups. A deployment that chooses it installs it on its host.")
    list_display = ("name", "cluster", "reference", "storage_container")
    list_per_page = 30
    list_select_related = ("cluster",)
    search_fields = ("name", "reference", "prism_address")
    autocomplete_fields = ("cluster",)
    fieldsets = (
        (None, {"fields": ("name", "cluster")}),
        (_("Where the plugin comes from"), {
            "fields": (
                "reference", "registry_ca_pem", "registry_username", "registry_password",
            ),
        }),
        (_("What it is told"), {
            "fields": (
                "prism_address", "data_services_address", "username", "password",
                "storage_container",
            ),
        }),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: VolumeDriver | None = None
    ) -> tuple[str, ...]:
        """Volumes are looked for where they were made."""
        return ("cluster",) if obj and obj.volumes.exists() else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only one that no volume and no instance needs; an instance protects itself."""
        is_free = obj is not None and not obj.volumes.exclude(state="deleted").exists()
        return is_free and super().has_delete_permission(request, obj)
