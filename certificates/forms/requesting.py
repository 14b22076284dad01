"""The form by which a person has a key made whose certificate is signed outside."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from certificates import services
from certificates.forms.issuing import key_type
from certificates.forms.recording import Recording, few_lines
from certificates.forms.subject import SUBJECT_FIELDS, SubjectFields, words
from certificates.models import SigningRequest
from certificates.requesting import problems_with_signing_request


class SigningRequestForm(SubjectFields, Recording):
    """Make a key and the request that an outside authority signs."""

    names = forms.CharField(
        label=_("Further DNS names"), required=False, widget=few_lines(),
        help_text=_("One per line. The name above is always included for a server."),
    )
    addresses = forms.CharField(
        label=_("IP addresses"), required=False, widget=few_lines(), help_text=_("One per line.")
    )
    key_type = key_type()

    class Meta:
        model = SigningRequest
        fields = [
            "purpose", "name", "names", "addresses", "key_type", *SUBJECT_FIELDS, "owner",
        ]
        widgets = {
            "owner": UnfoldAdminSelectWidget, "purpose": UnfoldAdminSelectWidget,
            "name": UnfoldAdminTextInputWidget,
        }
        help_texts = {"name": _("The name that clients use, or that of the new authority.")}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        server = given["purpose"] == SigningRequest.Purpose.SERVER
        own = [given["name"]] if server else []
        self.asked = {
            "purpose": given["purpose"], "subject": self.subject(),
            "names": [each.lower() for each in (*own, *words(given["names"]))],
            "addresses": words(given["addresses"]),
        }
        for problem in problems_with_signing_request(given["name"], **self.asked):
            part = getattr(problem, "part", "")
            self.add_error({"common_name": "name"}.get(part, part or None), str(problem))
        return given

    def record(self) -> SigningRequest:
        given = self.cleaned_data
        return services.request_signature(
            given["name"], key_type=given["key_type"], owner=given["owner"], **self.asked
        )
