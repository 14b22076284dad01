"""Harbor instances: list, form, and what may be done with one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from deployments import services
from deployments.admin.acting import act, act_on_each
from deployments.admin.conditions import when
from deployments.admin.forms import AUTH_FIELDS, InstanceForm
from deployments.admin.revealing import reveal
from deployments.client_trust import trust_page
from deployments.models import HarborInstance
from deployments.presenting import facts_of
from hosts.admin.picking import PICKED, ShowsPicked
from lib.shown import chip, moment

# What exists outside the database by then, or decides what does.
_LOCKED = (
    "name", "fqdn", "cluster", "host", "release", "size", "storage", "volume_driver",
    "registry_gib", "database_gib", "redis_gib", "jobservice_gib", "http_port", "https_port",
    "takes_over", *PICKED,
)

@admin.register(HarborInstance)
class HarborInstanceAdmin(ShowsPicked, ModelAdmin):
    form = InstanceForm
    purpose = _("One Harbor registry each, like registry.example.com: described by a form, made by "
                "one click, tested from the volume to the pull.")
    list_display = ("name", "fqdn", "shown_state", "place", "release", "shown_test", "owner")
    list_filter = ("state", "size", "auth_mode", "storage", "owner")
    list_select_related = ("host", "cluster", "release", "owner")
    list_per_page = 30
    search_fields = ("name", "fqdn")
    actions = ("deploy_selected", "self_test_selected")
    autocomplete_fields = (
        "owner", "cluster", "host", "release", "volume_driver", "takes_over",
    )
    conditional_fields = {
        "volume_driver": when("storage", "storage == 'nutanix_driver'"),
        "auth_secret": when("auth_mode", "auth_mode != 'database'"),
        **{
            name: when("auth_mode", f"auth_mode == '{name.partition('_')[0]}'")
            for name in AUTH_FIELDS
        },
    }
    fieldsets = (
        (None, {"fields": ("name", "fqdn", "owner")}),
        (_("Where"), {"fields": ("cluster", *PICKED, "host", "continue_without_name")}),
        (_("What"), {"fields": ("release", "size", "http_port", "https_port")}),
        (_("Storage"), {
            "fields": (
                "storage", "volume_driver", "registry_gib", "database_gib", "redis_gib",
                "jobservice_gib", "takes_over",
            ),
            "description": _("Empty sizes follow the chosen size."),
        }),
        (_("Who logs in"), {"fields": ("auth_mode", "auth_secret", *AUTH_FIELDS)}),
    )

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, instance: HarborInstance) -> str:
        return chip(instance.state, instance.get_state_display(), at_rest=True)

    @admin.display(description=_("last self-test"), ordering="tested_at")
    def shown_test(self, instance: HarborInstance) -> str:
        return moment(instance.tested_at)

    @admin.display(description=_("place"))
    def place(self, instance: HarborInstance) -> str:
        return str(instance.host or instance.cluster or "–")

    def get_readonly_fields(
        self, request: HttpRequest, obj: HarborInstance | None = None
    ) -> tuple[str, ...]:
        return _LOCKED if obj and obj.is_locked else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: HarborInstance | None = None
    ) -> bool:
        """Never: what exists outside the database is retired, not deleted."""
        return False

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/act/<slug:verb>/", self.admin_site.admin_view(self.act_view),
                 name="deployments_harborinstance_act"),
            path("<int:pk>/password/", self.admin_site.admin_view(self.password_view),
                 name="deployments_harborinstance_password"),
            path("<int:pk>/trust/", self.admin_site.admin_view(self.trust_view),
                 name="deployments_harborinstance_trust"),
        ]
        return [*own, *super().get_urls()]

    def act_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        return act(self, request, pk, verb)

    def password_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return reveal(self, request, pk)

    def trust_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return trust_page(self, request, pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        instance = self.get_object(request, object_id)
        facts = facts_of(instance, request.user) if instance else {}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "facts": facts}
        )

    @admin.action(description=_("Deploy the chosen instances"), permissions=["deploy"])
    def deploy_selected(self, request: HttpRequest, chosen: QuerySet[HarborInstance]) -> None:
        act_on_each(self, request, chosen, services.deploy)

    @admin.action(description=_("Self-test the chosen instances"), permissions=["test"])
    def self_test_selected(self, request: HttpRequest, chosen: QuerySet[HarborInstance]) -> None:
        act_on_each(self, request, chosen, services.self_test)

    def has_deploy_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("deployments.deploy_harborinstance")

    def has_test_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("deployments.test_harborinstance")
