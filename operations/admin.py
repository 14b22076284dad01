"""Operations in the admin: to read and to follow; nothing is added, changed or deleted here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from lib.shown import chip, moment
from operations.models import CheckResult, Operation, Schedule, ScheduleSlot, StepRun
from operations.presenting import title_of


class ReadOnly:
    """What exists outside the database, or tells what happened, is not edited as a row."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StepInline(ReadOnly, TabularInline):
    model = StepRun
    fields = ("title", "state", "started_at", "finished_at", "reason", "advice")
    extra = 0


class CheckInline(ReadOnly, TabularInline):
    model = CheckResult
    fields = ("title", "state", "duration_ms", "evidence", "advice")
    extra = 0


@admin.register(Operation)
class OperationAdmin(ReadOnly, ModelAdmin):
    purpose = _("What was started here, live and afterwards: deployments, self-tests and the rest.")
    list_display = (
        "shown_title",
        "shown_state",
        "requested_by",
        "shown_request",
        "shown_end",
        "live",
    )
    list_filter = ("state", "kind")
    search_fields = ("title", "uuid")
    list_per_page = 30
    show_full_result_count = False
    ordering = ("-created_at", "-pk")
    fields = (
        *("title", "state", "attempt", "waiting_for", "reason", "advice"),
        *("requested_by", "owner", "created_at", "started_at", "finished_at", "live"),
    )
    inlines = (StepInline, CheckInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        return super().get_queryset(request).select_related("requested_by")

    @admin.display(description=_("title"), ordering="title")
    def shown_title(self, operation: Operation) -> str:
        return title_of(operation)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, operation: Operation) -> str:
        return chip(operation.state, operation.get_state_display())

    @admin.display(description=_("requested"), ordering="created_at")
    def shown_request(self, operation: Operation) -> str:
        return moment(operation.created_at)

    @admin.display(description=_("finished"), ordering="finished_at")
    def shown_end(self, operation: Operation) -> str:
        return moment(operation.finished_at)

    @admin.display(description=_("live"))
    def live(self, operation: Operation) -> str:
        address = reverse("operations:operation", args=[operation.uuid])
        return format_html('<a href="{}">{}</a>', address, _("Follow"))


class SlotInline(ReadOnly, TabularInline):
    model = ScheduleSlot
    fields = ("at", "operation", "refusal")
    extra = 0
    per_page = 20


@admin.register(Schedule)
class ScheduleAdmin(ModelAdmin):
    """Made by the rooms whose pipelines they start; here their rhythm is changed."""

    list_display = ("slug", "kind", "every_minutes", "next_at", "last_at", "enabled")
    list_filter = ("enabled", "kind")
    search_fields = ("slug",)
    list_per_page = 30
    fields = ("slug", "kind", "every_minutes", "next_at", "last_at", "enabled")
    readonly_fields = ("slug", "kind", "last_at")
    inlines = (SlotInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
