"""Authorities in the admin: make, import, look, download."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from certificates import services
from certificates.admin.recorded import RecordedAdmin
from certificates.downloads import pem_file
from certificates.forms import ImportAuthorityForm, MakeAuthorityForm
from certificates.models import Authority
from certificates.presenting import chain_list, life_chip
from certificates.revocation import list_address
from lib.errors import ServiceError


@admin.register(Authority)
class AuthorityAdmin(RecordedAdmin):
    add_form = MakeAuthorityForm
    other_ways = (("import", ImportAuthorityForm, _("Import authority")),)
    changeable = ("owner", "longest_days")

    list_display = ["name", "life", "kind", "key_type", "parent", "owner", "not_after"]
    list_filter = ["kind", "key_type"]
    list_select_related = ["owner", "parent"]
    search_fields = ["name", "common_name", "fingerprint", "serial"]
    actions_list = ["import_another"]
    actions_detail = ["download_certificate", "download_revocation_list"]
    readonly_fields = [
        "name", "life", "kind", "parent", "signs", "key_type", "not_before", "not_after",
        "serial", "fingerprint", "chain", "pem", "crl_number", "crl_made_at", "list_place",
    ]
    fieldsets = [
        (None, {"fields": [
            "name", "life", "kind", "parent", "signs", "longest_days", "owner",
        ]}),
        (_("Certificate"), {"fields": [
            "key_type", "not_before", "not_after", "serial", "fingerprint", "chain",
            "pem",
        ]}),
        (_("Revocation list"), {"fields": ["list_place", "crl_number", "crl_made_at"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("certificate_pem", "chain_pem", "crl_pem")

    @display(description=_("Validity"), ordering="not_after")
    def life(self, authority: Authority) -> SafeString:
        return life_chip(authority)

    @display(description=_("Can sign here"), boolean=True)
    def signs(self, authority: Authority) -> bool:
        return authority.has_key

    @display(description=_("Address for clients"))
    def list_place(self, authority: Authority) -> str:
        if not authority.has_key:
            return _("Its own operator publishes the list.")
        return list_address(authority) or _("Set CONSOLE_URL: certificates then name the address.")

    @display(description=_("Chain"))
    def chain(self, authority: Authority) -> SafeString:
        return chain_list(authority)

    @action(description=_("Import authority"), permissions=["add"], url_path="import-another")
    def import_another(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:certificates_authority_import")

    @action(description=_("Download certificate"), permissions=["view"])
    def download_certificate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        authority = get_object_or_404(Authority, pk=object_id)
        return pem_file(authority.full_chain_pem, "ca.crt")

    @action(description=_("Download revocation list"), permissions=["view"])
    def download_revocation_list(self, request: HttpRequest, object_id: str) -> HttpResponse:
        authority = get_object_or_404(Authority, pk=object_id)
        try:
            return pem_file(services.revocation_list(authority), "revoked.crl")
        except ServiceError as refused:
            messages.error(request, f"{refused.message} {refused.advice}")
            return redirect("admin:certificates_authority_change", object_id)
