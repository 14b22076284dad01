"""Teams, offered registries and rules; requests are only read here and decided in the portal."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from lib.shown import moment
from portal.models import ApprovalRule, Offer, Request, Team
from portal.templatetags.portal_page import state_chip


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    """Never deleted: what a team asked for stays on record. It is closed instead."""

    purpose = _("Who asks together: each team is the people of one group.")
    list_display = ("name", "group", "cost_center", "is_active", "created_at")
    list_filter = ("is_active",)
    list_select_related = ("group",)
    list_per_page = 30
    show_full_result_count = False
    search_fields = ("name", "cost_center", "group__name")
    fields = ("name", "group", "cost_center", "is_active")
    autocomplete_fields = ("group",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """With another group a team would lose what it has to strangers."""
        return ("group",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Offer)
class OfferAdmin(ModelAdmin):
    """Taken back by deleting it: what was delivered meanwhile stays."""

    purpose = _("On which registries a team, or every team, may ask for something.")
    list_display = ("instance", "team")
    list_select_related = ("instance", "team")
    list_per_page = 30
    show_full_result_count = False
    search_fields = ("instance__name", "instance__fqdn", "team__name")
    fields = ("instance", "team")
    autocomplete_fields = ("instance", "team")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(ModelAdmin):
    purpose = _("Who decides what: the first rule that fits a request counts.")
    list_display = (
        "position", "kind", "instance", "team", "larger_than", "people", "approvers", "days",
    )
    list_display_links = ("position", "kind")
    list_filter = ("kind", "people")
    search_fields = ("kind", "team__name", "approvers__name")
    list_per_page = 30
    fields = (
        "position", "kind", "instance", "team", "larger_than", "people", "approvers", "days",
    )
    autocomplete_fields = ("instance", "team", "approvers")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalRule]:
        return super().get_queryset(request).select_related("instance", "team", "approvers")

    def save_model(
        self, request: HttpRequest, obj: ApprovalRule, form: ModelForm, change: bool
    ) -> None:
        """Whoever wrote an automatic rule does not profit from it."""
        obj.changed_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(Request)
class RequestAdmin(ModelAdmin):
    """To read only: who decides, when and for what they saw is the portal's business."""

    purpose = _("What teams ask for, and what became of it.")
    list_display = ("shown_request", "shown_state", "team", "requester", "shown_created")
    list_display_links = ("shown_request",)
    list_filter = ("state", "kind")
    list_select_related = ("team", "requester")
    list_per_page = 30
    show_full_result_count = False
    search_fields = ("name", "team__name")
    fields = (
        "kind", "name", "team", "requester", "instance", "shown_state", "data", "note", "reason",
        "people", "approvers", "created_at", "submitted_at", "decide_by", "decided_at",
        "delivered_at", "expires_at", "shown_page",
    )

    @display(description=_("request"), ordering="name")
    def shown_request(self, asked: Request) -> str:
        return str(asked)

    @display(description=_("state"), ordering="state")
    def shown_state(self, asked: Request) -> SafeString:
        return state_chip(asked)

    @display(description=_("created"), ordering="created_at")
    def shown_created(self, asked: Request) -> SafeString | str:
        return moment(asked.created_at)

    @display(description=_("page"))
    def shown_page(self, asked: Request) -> SafeString:
        page = reverse("portal:request", args=[asked.uuid])
        return format_html('<a href="{}">{}</a>', page, _("Open it in the portal"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
