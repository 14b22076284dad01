"""Docker hosts in the admin: what they are, how to connect them, how to let them go."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from hosts import drift, services
from hosts.admin.acting import act
from hosts.admin.connecting import ConnectPages, links_of
from hosts.admin.image_pages import ImagePages
from hosts.admin.import_pages import ImportPages
from hosts.admin.leftover_pages import LeftoverPages
from hosts.admin.picking import PICKED, MadeFromForm, PickPages
from hosts.models import DockerHost
from hosts.models.first_boot import FirstBoot
from lib.errors import ServiceError
from lib.shown import chip, moment
from lib.sizes import human
from operations.presenting import title_of

_TOLD = ("shown_state", "docker_version", "storage_driver", "shown_system", "shown_free",
         "shown_seen", "vm_ext_id", "image_name", "subnet_name", "server_certificate")
FIRST_BOOT = tuple(field.name for field in FirstBoot._meta.get_fields())
# Settings of the first boot stay open: a rebuilt machine has one again.
_LOCKED = ("name", "cluster", "cpus", "memory_mib", "disk_gib")


@admin.register(DockerHost)
class DockerHostAdmin(ConnectPages, ImagePages, ImportPages, LeftoverPages, PickPages, ModelAdmin):
    form = MadeFromForm
    purpose = _("Machines whose Docker Engine carries a Harbor. A deployment makes its own; add "
                "one here to use a machine that you have already.")
    list_display = ("name", "address", "cluster", "docker_version", "shown_free", "shown_state",
                    "shown_seen", "owner")
    list_filter = ("state", "differs", ("cluster", AutocompleteSelectFilter), "owner")
    list_filter_submit = True
    list_per_page = 30
    list_select_related = ("cluster", "owner")
    search_fields = ("name", "address", "vm_ext_id")
    actions = ("make_and_connect", "compare_now")
    fieldsets = (
        (None, {"fields": ("name", "owner")}),
        (_("A new machine …"), {"fields": ("cluster", "cpus", "memory_mib", "disk_gib", *PICKED)}),
        (_("Its first boot"), {"fields": FIRST_BOOT, "classes": ("collapse",), "description": _(
            "Only for a new machine, and only what your site needs: the image's own settings do "
            "otherwise.",
        )}),
        (_("… or an existing one"), {"fields": ("address", "engine_port")}),
        (_("What is known"), {"fields": _TOLD}),
    )

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, host: DockerHost) -> str:
        """What differs in Prism weighs more than what the row says."""
        if host.drift:
            return chip("warning", drift.first_of(host))
        return chip(host.state, host.get_state_display())

    @admin.display(description=_("last seen"), ordering="last_seen_at")
    def shown_seen(self, host: DockerHost) -> str:
        return moment(host.last_seen_at)

    @admin.display(description=_("system"))
    def shown_system(self, host: DockerHost) -> str:
        return host.facts.get("system") or "–"

    @admin.display(description=_("free"))
    def shown_free(self, host: DockerHost) -> str:
        free = host.facts.get("free_bytes")
        return human(free) if free is not None else "–"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        host = self.get_object(request, object_id)
        told = {
            "links": links_of(host, request.user), "differences": drift.shown(host),
            "compared": moment(host.compared_at),
        } if host else {}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **told}
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: DockerHost | None = None
    ) -> tuple[str, ...]:
        if obj is None or _is_untouched(obj):
            return _TOLD
        return (*_TOLD, *_LOCKED, *(("address", "engine_port") if obj.is_ours else ()))

    def has_delete_permission(self, request: HttpRequest, obj: DockerHost | None = None) -> bool:
        """Only a row behind which nothing is: never made, or deleted by an operation."""
        is_free = obj is not None and not obj.volumes.exists() and (
            _is_untouched(obj) or obj.state == DockerHost.State.GONE
            or (obj.imported and obj.state == DockerHost.State.NEW)
        )
        return is_free and super().has_delete_permission(request, obj)

    @admin.action(description=_("Make and connect"), permissions=["provision"])
    def make_and_connect(self, request: HttpRequest, chosen: QuerySet[DockerHost]) -> None:
        for host in chosen:
            try:
                operation = services.provision(host, by=request.user)
            except ServiceError as error:
                self.message_user(request, f"{host}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, title_of(operation), messages.SUCCESS)

    @admin.action(description=_("Compare all with Prism now"), permissions=["provision"])
    def compare_now(self, request: HttpRequest, chosen: QuerySet[DockerHost]) -> None:
        """All of them, chosen or not: Prism tells everything at once."""
        try:
            operation = services.compare_now(by=request.user)
        except ServiceError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.message_user(request, title_of(operation), messages.SUCCESS)

    def has_provision_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("hosts.provision_dockerhost")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            *self.leftover_urls(),
            *self.image_urls(),
            *self.import_urls(),
            *self.pick_urls(),
            path("<int:pk>/act/<slug:verb>/", wrap(self.act_view), name="hosts_dockerhost_act"),
            path("<int:pk>/connect/", wrap(self.connect_view), name="hosts_dockerhost_connect"),
            path("<int:pk>/renew/", wrap(self.renew_view), name="hosts_dockerhost_renew"),
            path("<int:pk>/script/", wrap(self.script_view), name="hosts_dockerhost_script"),
            path("<int:pk>/retire/", wrap(self.retire_view), name="hosts_dockerhost_retire"),
            *super().get_urls(),
        ]

    def act_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        return act(self, request, pk, verb)


def _is_untouched(host: DockerHost) -> bool:
    return host.state == DockerHost.State.NEW and not host.vm_ext_id and not host.requests
