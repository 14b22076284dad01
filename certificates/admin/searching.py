"""Searching and turning the pages of a list of very many certificates."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from certificates.search import few_hits, hits_of, narrowed

# What the address of a list says of search, page and order; anything else is a filter.
_SEARCH_ALONE = {"q", "p", "o"}


class KeysFirstPaginator(Paginator):
    """Skips to a page by an index alone, then reads its rows: they are wide, and joined."""

    rows: QuerySet
    # As many as there are, in rows that are faster to count.
    counted: QuerySet | None = None

    @cached_property
    def count(self) -> int:
        return super().count if self.counted is None else self.counted.count()

    def page(self, number: Any) -> Page:
        found = super().page(number)
        keys = list(found.object_list.values_list("pk", flat=True))
        rows = self.rows.in_bulk(keys)
        found.object_list = [rows[key] for key in keys if key in rows]
        return found


class SearchesWords:
    """The search field looks through the words of certificates, not through their PEM."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if not search_term.strip():
            return queryset, False
        few = few_hits(search_term)
        alone = request.GET.keys() <= _SEARCH_ALONE
        request.many_hits = hits_of(search_term) if few is None and alone else None
        return narrowed(queryset, search_term, few), False

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet, per_page: int, *args: Any, **more: Any
    ) -> Paginator:
        paginator = KeysFirstPaginator(queryset, per_page, *args, **more)
        paginator.rows = self.get_queryset(request).select_related(*self.list_select_related)
        paginator.counted = getattr(request, "many_hits", None)
        return paginator
