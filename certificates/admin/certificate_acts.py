"""What a person may do with one certificate: download, take its key, revoke."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import action

from certificates import services
from certificates.downloads import attachment, pem_file
from certificates.exporting import PKCS12
from certificates.forms import ExportForm, RevokeForm
from certificates.models import Certificate
from lib.errors import ServiceError


class CertificateActs:
    """Buttons of the certificate's page, and of its list."""

    @action(description=_("Upload certificate"), permissions=["add"], url_path="upload-another")
    def upload_another(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:certificates_certificate_upload")

    @action(description=_("Sign a team's request"), permissions=["add"], url_path="sign-another")
    def sign_another(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:certificates_certificate_sign")

    @action(description=_("Download certificate"), permissions=["view"])
    def download_certificate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        certificate = get_object_or_404(Certificate, pk=object_id)
        return pem_file(certificate.certificate_pem, f"{certificate.common_name}.crt")

    @action(description=_("Download chain"), permissions=["view"])
    def download_chain(self, request: HttpRequest, object_id: str) -> HttpResponse:
        certificate = get_object_or_404(Certificate, pk=object_id)
        return pem_file(certificate.full_chain_pem, f"{certificate.common_name}.pem")

    @action(description=_("Download authority"), permissions=["view"])
    def download_trust(self, request: HttpRequest, object_id: str) -> HttpResponse:
        certificate = get_object_or_404(Certificate, pk=object_id)
        return pem_file(services.trust_bundle(certificate), "ca.crt")

    def has_export_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("certificates.export_certificate")

    @action(description=_("Export key"), permissions=["export"])
    def export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        certificate = get_object_or_404(Certificate, pk=object_id)
        return _export(request, self, certificate)

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("certificates.revoke_certificate")

    @action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        certificate = get_object_or_404(Certificate, pk=object_id)
        form = RevokeForm(request.POST or None, certificate=certificate)
        if not form.is_valid():
            return _page(self, request, certificate, form, "revoke", _("Revoke certificate"))
        try:
            services.revoke(certificate, form.cleaned_data["reason"])
        except ServiceError as refused:
            messages.error(request, f"{refused.message} {refused.advice}")
        else:
            self.log_change(request, certificate, "Revoked.")
            messages.success(request, _("Revoked; the revocation list carries it now."))
        return redirect("admin:certificates_certificate_change", object_id)


@sensitive_post_parameters("password", "again")
def _export(request: HttpRequest, admin: Any, certificate: Certificate) -> HttpResponse:
    form = ExportForm(request.POST or None)
    if not form.is_valid():
        return _page(admin, request, certificate, form, "export", _("Export private key"))
    given = form.cleaned_data
    try:
        content = services.export_key(
            certificate, form=given["form"], password=given["password"], by=request.user,
            reason=given["reason"],
        )
    except ServiceError as refused:
        messages.error(request, f"{refused.message} {refused.advice}")
        return redirect("admin:certificates_certificate_change", certificate.pk)
    if given["form"] == PKCS12:
        name, kind = f"{certificate.common_name}.p12", "application/x-pkcs12"
    else:
        name, kind = f"{certificate.common_name}-key.pem", "application/x-pem-file"
    return attachment(content, name, kind)


def _page(
    admin: Any, request: HttpRequest, certificate: Certificate, form: Any, act: str, title: Any
) -> HttpResponse:
    return render(request, f"certificates/{act}.html", {
        **admin.admin_site.each_context(request), "title": title, "form": form,
        "certificate": certificate, "opts": admin.opts, "places": certificate.endpoints.all(),
    })
