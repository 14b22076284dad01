"""The delivery log: who was told what, when, and what did not arrive. To read only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from lib.shown import chip
from notices.models import Delivery

_SIGNS = {"sent": "succeeded", "sending": "running", "waiting": "waiting", "failed": "failed"}


@admin.register(Delivery)
class DeliveryAdmin(ModelAdmin):
    list_display = ["subject", "address", "shown_state", "attempts", "created_at", "sent_at"]
    list_filter = ["state", "kind"]
    list_per_page = 30
    show_full_result_count = False
    search_fields = ["address", "subject"]
    fields = [
        "subject", "address", "shown_state", "problem", "attempts", "next_at", "created_at",
        "sent_at", "shown_text",
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("text")

    @display(description=_("state"), ordering="state")
    def shown_state(self, delivery: Delivery) -> SafeString:
        return chip(_SIGNS[delivery.state], delivery.get_state_display())

    @display(description=_("text"))
    def shown_text(self, delivery: Delivery) -> SafeString:
        return format_html("<pre>{}</pre>", delivery.text)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
