"""Prism connections in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from lib.errors import ServiceError
from lib.shown import moment
from nutanix.admin.connecting import ConnectPages
from nutanix.models import Prism
from nutanix.services import read_clusters, verify
from nutanix.shown import shown_state
from nutanix.watching import forget


@admin.register(Prism)
class PrismAdmin(ConnectPages, ModelAdmin):
    """Saving a connection tests it; the clusters behind it are read by an action."""

    purpose = _("The Prism Central or Prism Element of your cluster, like prism.example.com:9440.")
    list_display = ("name", "kind", "address", "version", "shown_state", "shown_test")
    list_filter = ("kind",)
    list_per_page = 30
    search_fields = ("name", "address")
    actions = ("test_connection", "read_their_clusters")
    readonly_fields = ("version", "verified_at", "problem")
    fieldsets = (
        (None, {"fields": ("name", "kind", "address", "read_timeout")}),
        (_("Who we are there"), {"fields": ("username", "password", "api_key")}),
        (_("How it is trusted"), {"fields": ("ca_pem", "fingerprint")}),
        (_("Last test"), {"fields": ("version", "verified_at", "problem")}),
    )

    @admin.display(description=_("state"))
    def shown_state(self, prism: Prism) -> str:
        return shown_state(prism)

    @admin.display(description=_("last test"), ordering="verified_at")
    def shown_test(self, prism: Prism) -> str:
        return moment(prism.verified_at)

    @admin.action(description=_("Test connection"), permissions=["test"])
    def test_connection(self, request: HttpRequest, chosen: QuerySet[Prism]) -> None:
        for prism in chosen:
            self._test(request, prism)

    @admin.action(description=_("Read their clusters"), permissions=["test"])
    def read_their_clusters(self, request: HttpRequest, chosen: QuerySet[Prism]) -> None:
        for prism in chosen:
            self._read(request, prism)

    def get_urls(self) -> list[URLPattern]:
        return [*self.connect_urls(), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """In three steps; the one form with everything is for who asks for it."""
        in_steps = request.method == "GET" and "all" not in request.GET
        if in_steps and self.has_add_permission(request):
            return redirect("admin:nutanix_prism_connect")
        return super().add_view(request, form_url, extra_context)

    def has_test_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("nutanix.test_prism")

    def has_delete_permission(self, request: HttpRequest, obj: Prism | None = None) -> bool:
        """Only a connection that no cluster hangs on."""
        is_free = obj is not None and not obj.clusters.exists()
        return is_free and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Prism) -> None:
        forget(obj)
        super().delete_model(request, obj)

    def response_add(self, request: HttpRequest, obj: Prism, *more: Any) -> HttpResponse:
        if self._test(request, obj):
            self._read(request, obj)
        return super().response_add(request, obj, *more)

    def response_change(self, request: HttpRequest, obj: Prism) -> HttpResponse:
        self._test(request, obj)
        return super().response_change(request, obj)

    def _test(self, request: HttpRequest, prism: Prism) -> bool:
        try:
            facts = verify(prism)
        except ServiceError as error:
            self.message_user(
                request, f"{prism}: {error.message} {error.advice}".strip(), messages.ERROR
            )
            return False
        told = {"prism": prism, "name": facts.name, "version": facts.version}
        self.message_user(
            request, _now("%(prism)s works: %(name)s %(version)s") % told, messages.SUCCESS
        )
        return True

    def _read(self, request: HttpRequest, prism: Prism) -> None:
        try:
            found = read_clusters(prism)
        except ServiceError as error:
            self.message_user(request, f"{prism}: {error.message}", messages.ERROR)
            return
        names = ", ".join(each.name for each in found) or "–"
        self.message_user(request, _now("Clusters read: %s") % names, messages.SUCCESS)
