"""Endpoints in the admin: what is expected where, and what was seen."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from certificates import services
from certificates.models import Endpoint
from certificates.presenting import endpoint_chip, look_bars

# All at the same time; the person waits for the slowest.
_LOOKS_AT_ONCE = 20


@admin.register(Endpoint)
class EndpointAdmin(ModelAdmin):
    list_display = ["server_name", "shown_where", "seen", "looks", "served_until", "owner",
                    "probed_at"]
    list_display_links = ["server_name"]
    list_filter = ["state", "owner"]
    list_select_related = ["owner"]
    list_per_page = 30
    show_full_result_count = False
    search_fields = ["server_name", "address", "served_fingerprint"]
    autocomplete_fields = ["expected"]
    actions = ["look_now"]
    actions_list = ["look_at_all"]
    seen_fields = ["seen", "looks", "problem", "served_issuer", "served_fingerprint",
                   "served_until", "protocol", "probed_at", "last_seen_at"]
    registered_fields = ["address", "port", "server_name", "expected", "expected_fingerprint",
                         "trusted_pem"]
    fieldsets = [
        (None, {"fields": [*registered_fields, "breaks", "owner"]}),
        (_("Seen"), {"fields": seen_fields}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What an instance or a host registered is theirs to change."""
        theirs = self.registered_fields if obj and obj.content_type_id else []
        return [*self.seen_fields, *theirs]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and not (obj and obj.content_type_id)

    @display(description=_("Seen"), ordering="state")
    def seen(self, endpoint: Endpoint) -> SafeString:
        return endpoint_chip(endpoint)

    @display(description=_("Address"), ordering="address")
    def shown_where(self, endpoint: Endpoint) -> str:
        return endpoint.where

    @display(description=_("Last looks"))
    def looks(self, endpoint: Endpoint) -> SafeString:
        return look_bars(endpoint)

    @action(description=_("Look at all"), permissions=["change"], url_path="look-at-all")
    def look_at_all(self, request: HttpRequest) -> HttpResponse:
        """Asks first: a link must not start anything."""
        if request.method == "POST":
            operation = services.look_at_endpoints(by=request.user)
            return redirect("operations:operation", uuid=operation.uuid)
        return render(request, "certificates/look_at_all.html", {
            **self.admin_site.each_context(request), "title": _("Look at all endpoints"),
            "opts": self.opts, "count": Endpoint.objects.count(),
        })

    @admin.action(description=_("Look now"), permissions=["change"])
    def look_now(self, request: HttpRequest, chosen: QuerySet[Endpoint]) -> None:
        endpoints = list(chosen[: _LOOKS_AT_ONCE + 1])
        if len(endpoints) > _LOOKS_AT_ONCE:
            messages.error(request, _("Choose at most %d endpoints at once.") % _LOOKS_AT_ONCE)
            return
        for endpoint in services.probe_each(endpoints):
            level = messages.SUCCESS if not endpoint.problem else messages.WARNING
            said = endpoint.problem or endpoint.get_state_display()
            messages.add_message(request, level, f"{endpoint}: {said}")
