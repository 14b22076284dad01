"""What the pages of authorities and certificates share: rows that services write."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display


class RecordedAdmin(ModelAdmin):
    """Several ways to add (a form each), little to change, nothing to delete."""

    # The form of the plain add page; address, form and title of each other way.
    add_form: type
    other_ways: tuple[tuple[str, type, Any], ...] = ()
    # What a person may change later; everything else is what was signed.
    changeable: tuple[str, ...] = ("owner",)

    list_per_page = 30
    show_full_result_count = False
    list_select_related = ["owner"]

    def get_urls(self) -> list:
        label = f"{self.model._meta.app_label}_{self.model._meta.model_name}"
        ways = [
            path(f"{way}/", self.admin_site.admin_view(self.other_add_view),
                 name=f"{label}_{way}", kwargs={"title": title})
            for way, _form, title in self.other_ways
        ]
        return [*ways, *super().get_urls()]

    def other_add_view(self, request: HttpRequest, title: Any) -> HttpResponse:
        return self.add_view(request, extra_context={"title": title})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        one_button = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().changeform_view(
            request, object_id, form_url, one_button | (extra_context or {})
        )

    @display(description=_("PEM"))
    def pem(self, row: Any) -> SafeString:
        return format_html("<pre>{}</pre>", row.certificate_pem)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return self._adding_form(request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": self._adding_form(request).Meta.fields})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=self.changeable)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _adding_form(self, request: HttpRequest) -> type:
        chosen = request.path.rstrip("/").rpartition("/")[2]
        return next((form for way, form, _t in self.other_ways if way == chosen), self.add_form)
