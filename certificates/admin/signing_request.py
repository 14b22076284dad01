"""Signing requests in the admin: make one, download it, hand in its answer."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from certificates.admin.recorded import RecordedAdmin
from certificates.downloads import pem_file
from certificates.forms import AnswerForm, SigningRequestForm
from certificates.models import Authority, SigningRequest


@admin.register(SigningRequest)
class SigningRequestAdmin(RecordedAdmin):
    add_form = SigningRequestForm
    list_display = ["name", "purpose", "key_type", "owner", "created_at"]
    list_filter = ["purpose", "owner"]
    search_fields = ["name"]
    actions_detail = ["download_request", "answer"]
    readonly_fields = ["name", "purpose", "names", "key_type", "created_at", "pem"]
    fieldsets = [(None, {"fields": [
        "name", "purpose", "names", "key_type", "owner", "created_at", "pem",
    ]})]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("key_pem", "request_pem")

    @display(description=_("Names and addresses"))
    def names(self, row: SigningRequest) -> str:
        return ", ".join(row.sans) or "–"

    @display(description=_("Request"))
    def pem(self, row: SigningRequest) -> SafeString:
        return format_html("<pre>{}</pre>", row.request_pem)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Withdrawn: nothing outside depends on a request that nobody signed."""
        return request.user.has_perm("certificates.delete_signingrequest")

    @action(description=_("Download request"), permissions=["view"])
    def download_request(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = get_object_or_404(SigningRequest, pk=object_id)
        return pem_file(row.request_pem, f"{row.name}.csr")

    def has_answer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("certificates.answer_signingrequest")

    @action(description=_("Hand in the answer"), permissions=["answer"])
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = get_object_or_404(SigningRequest, pk=object_id)
        form = AnswerForm(request.POST or None, request.FILES or None, request=row)
        if not form.is_valid():
            return render(request, "certificates/answer.html", {
                **self.admin_site.each_context(request), "title": _("Hand in the answer"),
                "form": form, "row": row, "opts": self.opts,
            })
        made = form.record()
        messages.success(request, _("“%s” is here now, with its private key.") % made)
        kind = "authority" if isinstance(made, Authority) else "certificate"
        return redirect(f"admin:certificates_{kind}_change", made.pk)
