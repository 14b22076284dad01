"""Certificates in the admin: list, issue, upload, look, revoke, export."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from certificates.admin.certificate_acts import CertificateActs
from certificates.admin.filters import EndsWithin
from certificates.admin.recorded import RecordedAdmin
from certificates.admin.searching import SearchesWords
from certificates.forms import IssueForm, TeamRequestForm, UploadForm
from certificates.models import Certificate, Endpoint
from certificates.presenting import chain_list, endpoint_chip, life_chip
from certificates.reading import certificates_in
from certificates.report import csv_lines


class EndpointsOfCertificate(TabularInline):
    """Where the certificate is expected, read only."""

    model = Endpoint
    extra = 0
    verbose_name_plural = _("Expected at")
    fields = readonly_fields = ["server_name", "address", "port", "seen", "breaks"]

    @display(description=_("Seen"))
    def seen(self, endpoint: Endpoint) -> SafeString:
        return endpoint_chip(endpoint)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Certificate)
class CertificateAdmin(CertificateActs, SearchesWords, RecordedAdmin):
    add_form = IssueForm
    other_ways = (
        ("upload", UploadForm, _("Upload certificate")),
        ("sign", TeamRequestForm, _("Sign a team's request")),
    )
    changeable = ("owner", "renew_at")

    list_display = ["common_name", "life", "usage", "authority", "owner", "not_after"]
    list_filter = [
        EndsWithin, "state", "usage", ("authority", AutocompleteSelectFilter), "owner",
    ]
    list_filter_submit = True
    list_select_related = ["owner", "authority"]
    search_fields = ["common_name", "sans", "serial", "fingerprint", "issuer_name"]
    actions = ["download_csv"]
    actions_list = ["upload_another", "sign_another"]
    actions_detail = [
        "download_certificate", "download_chain", "download_trust", "export", "revoke",
    ]
    inlines = [EndpointsOfCertificate]
    readonly_fields = [
        "common_name", "subject", "life", "names", "usage", "state", "revoked_at", "reason",
        "authority", "issuer_name", "serial", "fingerprint", "key_type", "key_here",
        "not_before", "not_after", "chain", "pem",
    ]
    fieldsets = [
        (None, {"fields": ["common_name", "life", "renew_at", "names", "usage", "owner"]}),
        (_("State"), {"fields": ["state", "revoked_at", "reason"]}),
        (_("Certificate"), {"fields": [
            "subject", "authority", "issuer_name", "serial", "fingerprint", "key_type", "key_here",
            "not_before", "not_after", "chain", "pem",
        ]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Certificate]:
        return super().get_queryset(request).defer("certificate_pem", "chain_pem", "key_pem")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list:
        return self.inlines if obj else []

    @display(description=_("Validity"), ordering="not_after")
    def life(self, certificate: Certificate) -> SafeString:
        return life_chip(certificate)

    @display(description=_("Subject"))
    def subject(self, certificate: Certificate) -> str:
        return certificates_in(certificate.certificate_pem)[0].subject.rfc4514_string()

    @display(description=_("Names and addresses"))
    def names(self, certificate: Certificate) -> str:
        return ", ".join(certificate.sans)

    @display(description=_("Key kept here"), boolean=True)
    def key_here(self, certificate: Certificate) -> bool:
        return certificate.has_key

    @display(description=_("Chain"))
    def chain(self, certificate: Certificate) -> SafeString:
        return chain_list(certificate)

    @admin.action(description=_("Download as CSV"), permissions=["view"])
    def download_csv(self, request: HttpRequest, chosen: QuerySet) -> StreamingHttpResponse:
        headers = {"Content-Disposition": 'attachment; filename="certificates.csv"'}
        return StreamingHttpResponse(
            csv_lines(chosen), content_type="text/csv; charset=utf-8", headers=headers
        )
