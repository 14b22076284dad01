"""Archives on their way in: to read; they come and go by operations."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from deployments.models import IncomingArchive
from lib.shown import chip, moment
from lib.sizes import human


@admin.register(IncomingArchive)
class IncomingArchiveAdmin(ModelAdmin):
    list_display = ("name", "shown_state", "way", "shown_size", "reason", "release", "shown_change")
    list_filter = ("state", "way")
    list_select_related = ("release",)
    list_per_page = 30
    search_fields = ("name", "url", "sha256")
    fields = (
        "name", "way", "shown_state", "shown_size", "sha256", "url", "reason", "advice", "release",
        "created_by", "created_at", "changed_at",
    )

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, incoming: IncomingArchive) -> str:
        return chip(incoming.state, incoming.get_state_display())

    @admin.display(description=_("changed"), ordering="changed_at")
    def shown_change(self, incoming: IncomingArchive) -> str:
        return moment(incoming.changed_at)

    @admin.display(description=_("size"), ordering="size")
    def shown_size(self, incoming: IncomingArchive) -> str:
        return human(incoming.size) if incoming.size else "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: IncomingArchive | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: IncomingArchive | None = None
    ) -> bool:
        return False
