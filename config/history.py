"""The admin's pages of what happened: who changed what, from where; who signed in, or tried to."""

from typing import Any

from auditlog.admin import LogEntryAdmin
from auditlog.models import LogEntry
from auditlog.render import get_field_verbose_name
from axes.admin import AccessAttemptAdmin, AccessFailureLogAdmin, AccessLogAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from lib.shown import moment

for model in (LogEntry, AccessAttempt, AccessLog, AccessFailureLog):
    admin.site.unregister(model)


class Kept:
    """History is read: nothing of it is written, changed or deleted here."""

    list_per_page = 30
    show_full_result_count = False
    # It reads the time of every row; the filter beside the list has days, too.
    date_hierarchy = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LogEntry)
class ChangeAdmin(Kept, LogEntryAdmin, ModelAdmin):
    """Who changed what, from which address, before and after."""

    purpose = _("Every change that a person made: when, from where, before and after. Secrets are "
                "shown as •••; what they were read for is told.")
    list_display = (
        "shown_time", "shown_actor", "remote_addr", "action", "resource_url", "shown_fields",
    )
    list_filter = ("timestamp", "action")
    search_fields = ("object_repr", "actor__username", "remote_addr")
    readonly_fields = fields = (
        "shown_time", "shown_actor", "remote_addr", "action", "resource_url", "shown_reason", "msg",
    )
    fieldsets = None

    @admin.display(description=pgettext_lazy("when it happened", "time"), ordering="timestamp")
    def shown_time(self, entry: LogEntry) -> str:
        return moment(entry.timestamp)

    @admin.display(description=_("who"), ordering="actor__username")
    def shown_actor(self, entry: LogEntry) -> str:
        return str(entry.actor or gettext("the console itself"))

    @admin.display(description=_("what changed"))
    def shown_fields(self, entry: LogEntry) -> str:
        names = [str(get_field_verbose_name(entry, name)) for name in entry.changes_dict]
        return ", ".join(names) if entry.action == LogEntry.Action.UPDATE else ""

    @admin.display(description=_("reason"))
    def shown_reason(self, entry: LogEntry) -> str:
        return (entry.additional_data or {}).get("reason") or "–"


@admin.register(AccessAttempt)
class AttemptAdmin(AccessAttemptAdmin, ModelAdmin):
    """Failed sign-ins that count; deleting a row lets its person try again."""

    list_per_page = 30
    show_full_result_count = False
    date_hierarchy = None
    # The library's own action asks for no permission.
    actions = ()
    # Paths and agents come from whoever tries: no list of them all beside the page.
    list_filter = ("attempt_time",)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[AccessAttempt]) -> Any:
        for attempt in queryset:
            LogEntry.objects.log_create(
                attempt, force_log=True, action=LogEntry.Action.DELETE, changes={},
            )
        return super().log_deletions(request, queryset)


@admin.register(AccessLog)
class SignInAdmin(Kept, AccessLogAdmin, ModelAdmin):
    """Who signed in."""

    list_filter = ("attempt_time", "logout_time")


@admin.register(AccessFailureLog)
class FailureAdmin(Kept, AccessFailureLogAdmin, ModelAdmin):
    """Every sign-in that failed."""

    list_filter = ("attempt_time", "locked_out")
