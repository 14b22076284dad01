"""The forms by which a person hands in what was signed elsewhere."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from certificates import services
from certificates.forms.recording import Recording, SecretTextarea, several_lines
from certificates.forms.subject import tell, words
from certificates.models import Authority, Certificate, SigningRequest
from certificates.pem import MOST_BYTES
from certificates.problems import Refused
from certificates.requesting import problems_with_answer, read_answer
from certificates.uploads import problems_with_upload, read_upload, record_upload


class Handed(forms.Form):
    """A certificate with its chain, as text or as a file."""

    certificate_text = forms.CharField(
        label=_("Certificate"), required=False, max_length=MOST_BYTES, widget=several_lines(),
        help_text=_("PEM; the chain may follow in any order."),
    )
    file = forms.FileField(
        label=_("Or a file"), required=False, widget=UnfoldAdminFileFieldWidget,
        help_text=_("PEM, .crt, .cer, .p7b, .p12 or .pfx."),
    )

    def clean_file(self) -> bytes:
        given = self.cleaned_data["file"]
        if not given:
            return b""
        if given.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 1 MiB: it holds no certificates."))
        return given.read()

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and not given["certificate_text"].strip() and not given["file"]:
            self.add_error("certificate_text", _("Give the certificate as text or as a file."))
        return given


class HandedWithKey(Handed):
    """The same with its private key."""

    key_text = forms.CharField(
        label=_("Private key"), required=False, strip=False, max_length=MOST_BYTES,
        widget=SecretTextarea,
        help_text=_("PEM, unless it is in the file. Kept encrypted and not shown again."),
    )
    password = forms.CharField(
        label=_("Password"), required=False, strip=False, widget=UnfoldAdminPasswordWidget,
        help_text=_("Of the key or of the file; not kept."),
    )

    def handed(self) -> dict[str, Any]:
        """What was given, as `read_upload` wants it."""
        given = self.cleaned_data
        return {
            "certificate_pem": given["certificate_text"], "file": given["file"],
            "key_pem": given["key_text"], "password": given["password"],
        }


class UploadForm(HandedWithKey, Recording):
    """Take in a certificate that was signed elsewhere."""

    served_names = forms.CharField(
        label=_("Must be valid for"), required=False, widget=UnfoldAdminTextInputWidget,
        help_text=_("Names or addresses that clients will use. Refused when one is missing."),
    )

    class Meta:
        model = Certificate
        fields = ["certificate_text", "file", "key_text", "password", "served_names", "owner"]
        widgets = {"owner": UnfoldAdminSelectWidget}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        self.names = words(given["served_names"])
        try:
            self.upload = read_upload(**self.handed())
        except Refused as refused:
            tell(self, refused.problems)
        else:
            tell(self, problems_with_upload(self.upload, names=self.names))
        return given

    def record(self) -> Certificate:
        return record_upload(self.upload, names=self.names, owner=self.cleaned_data["owner"])


class AnswerForm(Handed):
    """What an outside authority sent back for a signing request."""

    def __init__(self, *args: Any, request: SigningRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.order_fields(["certificate_text", "file"])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        self.handed = {"certificate_pem": given["certificate_text"], "file": given["file"]}
        try:
            upload = read_answer(self.request, **self.handed)
        except Refused as refused:
            tell(self, refused.problems)
        else:
            tell(self, problems_with_answer(self.request, upload))
        return given

    def record(self) -> Certificate | Authority:
        """Call the service; what it made."""
        return services.answer(self.request, **self.handed)
