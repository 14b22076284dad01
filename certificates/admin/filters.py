"""Filters of the certificate list."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EndsWithin(SimpleListFilter):
    """By the time that is left."""

    title = _("ends")
    parameter_name = "ends"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("over", _("Ended already")),
            ("7", _("Within 7 days")),
            ("30", _("Within 30 days")),
            ("90", _("Within 90 days")),
            ("later", _("Later")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now, chosen = timezone.now(), self.value()
        if chosen == "over":
            return queryset.filter(not_after__lte=now)
        if chosen == "later":
            return queryset.filter(not_after__gt=now + timedelta(days=90))
        if chosen in ("7", "30", "90"):
            limit = now + timedelta(days=int(chosen))
            return queryset.filter(not_after__gt=now, not_after__lte=limit)
        return queryset
