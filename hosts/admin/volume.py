"""Volumes in the admin: how full they are, whose they are, and what may be done with one."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from hosts.admin.volume_acts import act, links_of
from hosts.admin.volume_adopt import AdoptPages
from hosts.models import Volume
from hosts.models.volume import FULL, NEARLY_FULL
from lib.shown import chip, moment
from lib.sizes import human

SHORT = {
    Volume.Backend.VOLUME_GROUP: _("Volume group"),
    Volume.Backend.NUTANIX_DRIVER: _("Volume driver"),
    Volume.Backend.LOCAL: _("Host's own disk"),
}


@admin.register(Volume)
class VolumeAdmin(AdoptPages, ModelAdmin):
    purpose = _("Where registries keep their images and databases, the fullest first. Deployments "
                "make them.")
    list_display = (
        "name", "shown_room", "used_by", "host", "shown_backend", "shown_state", "owner",
    )
    list_filter = ("state", "kept", "role", "backend", "owner")
    list_per_page = 30
    list_select_related = ("host", "owner")
    ordering = ("-used_percent", "name", "-pk")
    search_fields = ("name", "used_by", "volume_group_ext_id", "disk_ext_id")

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, volume: Volume) -> str:
        return chip(volume.state, volume.get_state_display())

    @admin.display(description=_("backend"), ordering="backend")
    def shown_backend(self, volume: Volume) -> str:
        return SHORT[Volume.Backend(volume.backend)]

    @admin.display(description=_("room"), ordering="used_percent")
    def shown_room(self, volume: Volume) -> str:
        if not volume.used_percent:
            return f"{volume.size_gib} GiB"
        words = _now("%(used)s %% of %(size)s GiB") % {
            "used": volume.used_percent, "size": volume.size_gib,
        }
        if volume.used_percent >= FULL:
            return chip("failed", words)
        return chip("warning", words) if volume.used_percent >= NEARLY_FULL else words

    @admin.display(description=_("free"))
    def shown_free(self, volume: Volume) -> str:
        free = volume.facts.get("free_bytes")
        return human(free) if free is not None else "–"

    @admin.display(description=_("measured"))
    def measured(self, volume: Volume) -> str:
        return moment(volume.measured_at)

    @admin.display(description=_("what lies on it"))
    def contents(self, volume: Volume) -> str:
        """Looked at when its registry was retired."""
        return ", ".join(volume.facts.get("contents") or []) or "–"

    def get_fieldsets(
        self, request: HttpRequest, obj: Volume | None = None
    ) -> list[tuple[Any, dict[str, Any]]]:
        """What is known of this kind of volume; what has no answer is not asked."""
        room, place = ["shown_room", "shown_free", "measured"], ["backend", "host", "cluster"]
        if obj and obj.facts.get("contents"):
            room.append("contents")
        if obj and obj.volume_driver_id:
            place.append("volume_driver")
        if obj and obj.volume_group_ext_id:
            place += ["volume_group_ext_id", "disk_ext_id"]
        if obj and obj.device:
            place += ["device", "filesystem", "filesystem_uuid"]
        return [
            (None, {"fields": ["name", "role", "used_by", "owner", "shown_state"]}),
            (_("Room"), {"fields": room}), (_("Where it is"), {"fields": place}),
        ]

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:pk>/act/<slug:verb>/", self.admin_site.admin_view(self.act_view),
            name="hosts_volume_act",
        )
        return [own, *self.adopt_urls(), *super().get_urls()]

    def act_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        return act(self, request, pk, verb)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        volume = self.get_object(request, object_id)
        more = {
            "links": links_of(volume, request.user),
            "is_full": volume.used_percent >= FULL,
            "is_nearly_full": FULL > volume.used_percent >= NEARLY_FULL,
        } if volume else {}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **more}
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: a deployment plans its volumes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Volume | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Volume | None = None) -> bool:
        """Only a row behind which nothing is any more."""
        is_gone = obj is not None and obj.state == Volume.State.DELETED
        return is_gone and super().has_delete_permission(request, obj)
