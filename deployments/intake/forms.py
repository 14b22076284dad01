"""The form that names an address to fetch a release from."""

from typing import Any

from cryptography import x509
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deployments.intake.names import name_in, require_file_name
from deployments.intake.services import require_sha256
from operations.errors import Refused


class FetchForm(forms.Form):
    """Looks at what was typed; the address itself is looked at when fetching begins."""

    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        widget=forms.URLInput(attrs={"placeholder": "https://files.example.com/harbor.tgz"}),
        help_text=_("An https address inside your network, without user and password."),
    )
    name = forms.CharField(
        label=_("File name"),
        max_length=160,
        required=False,
        help_text=_("Empty means the name at the end of the address."),
    )
    sha256 = forms.CharField(
        label=_("Expected SHA-256"),
        max_length=64,
        required=False,
        help_text=_("The archive is refused when its checksum is another one."),
    )
    ca_pem = forms.CharField(
        label=_("CA certificate (PEM)"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Who signed the server's certificate; empty means the system's authorities."),
    )

    def clean_sha256(self) -> str:
        try:
            return require_sha256(self.cleaned_data["sha256"])
        except Refused as refusal:
            raise ValidationError(refusal.message) from refusal

    def clean_ca_pem(self) -> str:
        text = self.cleaned_data["ca_pem"].strip()
        if text:
            try:
                x509.load_pem_x509_certificates(text.encode())
            except ValueError as error:
                raise ValidationError(_("This is no certificate in PEM form.")) from error
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        name = data.get("name") or name_in(data.get("url", ""))
        if data.get("url") and "name" not in self.errors:
            try:
                data["name"] = require_file_name(name)
            except Refused as refusal:
                self.add_error("name", f"{refusal.message} {refusal.advice}")
        return data
