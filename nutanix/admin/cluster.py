"""Clusters in the admin: how they are, and what new machines there get."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from lib.errors import ServiceError
from lib.shown import moment
from nutanix.admin.picking import ClusterForm, answer_search
from nutanix.choosing import KINDS
from nutanix.models import Cluster, Prism
from nutanix.services import read_clusters
from nutanix.shown import containers_of, facts_of, shown_state


@admin.register(Cluster)
class ClusterAdmin(ModelAdmin):
    """Clusters come from Prism; here people choose what new machines get."""

    form = ClusterForm
    list_display = (
        "name", "prism", "shown_state", "shown_version", "shown_defaults", "shown_checked",
    )
    list_filter = ("prism",)
    list_per_page = 30
    list_select_related = ("prism",)
    search_fields = ("name", "ext_id")
    actions = ("read_again",)
    readonly_fields = ("prism", "ext_id")
    fieldsets = (
        (None, {"fields": ("name", "description")}),
        (_("What new machines get"), {"fields": KINDS}),
        (_("In Prism"), {"fields": ("prism", "ext_id")}),
    )

    @admin.display(description=_("state"))
    def shown_state(self, cluster: Cluster) -> str:
        """That of its Prism: without it nothing can be done here."""
        return shown_state(cluster.prism)

    @admin.display(description=_("version"))
    def shown_version(self, cluster: Cluster) -> str:
        return cluster.facts.get("version") or "–"

    @admin.display(description=_("What new machines get"))
    def shown_defaults(self, cluster: Cluster) -> str:
        """One below the other: side by side they would make the list wider than a window."""
        names = (getattr(cluster, f"default_{kind}_name") or "–" for kind in KINDS)
        return format_html_join("", '<div>{}</div>', ((name,) for name in names))

    @admin.display(description=_("last look"), ordering="checked_at")
    def shown_checked(self, cluster: Cluster) -> str:
        return moment(cluster.checked_at)

    @admin.action(description=_("Read again from Prism"), permissions=["change"])
    def read_again(self, request: HttpRequest, chosen: QuerySet[Cluster]) -> None:
        for prism in Prism.objects.filter(clusters__in=chosen).distinct():
            try:
                read_clusters(prism)
            except ServiceError as error:
                self.message_user(request, f"{prism}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, _now("%s was read.") % prism, messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:pk>/choices/<slug:what>/", self.admin_site.admin_view(self.choices_view),
            name="nutanix_cluster_choices",
        )
        return [own, *super().get_urls()]

    def choices_view(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Asks Prism: only whoever may choose is answered."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        cluster = self.get_object(request, str(pk))
        if cluster is None or what not in KINDS:
            raise Http404
        return answer_search(request, cluster, what)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        cluster = self.get_object(request, object_id)
        told = {
            "told": facts_of(cluster), "containers": containers_of(cluster),
            "checked": moment(cluster.checked_at), "lacking": cluster.missing_defaults(),
        } if cluster else {}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **told}
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: they are read from Prism."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Cluster | None = None) -> bool:
        """Only a cluster on which nothing of ours is."""
        is_free = obj is not None and not obj.hosts.exists() and not obj.volumes.exists()
        return is_free and super().has_delete_permission(request, obj)
