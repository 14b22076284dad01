"""The forms by which a person has a certificate signed here."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from certificates import services
from certificates.forms.recording import Recording, few_lines, several_lines
from certificates.forms.subject import SUBJECT_FIELDS, SubjectFields, tell, words
from certificates.keys import DEFAULT_KEY, KEY_TYPES
from certificates.models import Authority, Certificate
from certificates.orders import Order, problems_for_people, problems_with_order
from certificates.policy import USUAL_DAYS, usual_days
from certificates.problems import Refused
from certificates.team_requests import problems_with_team_request, read_team_request

_KEY_WORDS = {
    "ecdsa-p256": _("ECDSA P-256 (fast, understood by every client)"),
    "ecdsa-p384": _("ECDSA P-384"),
    "rsa-3072": _("RSA 3072"),
    "rsa-4096": _("RSA 4096 (for very old clients)"),
}


def key_type() -> forms.ChoiceField:
    """Which kind of key is made."""
    return forms.ChoiceField(
        label=_("Key"), choices=[(kind, _KEY_WORDS[kind]) for kind in KEY_TYPES],
        initial=DEFAULT_KEY, widget=UnfoldAdminSelectWidget,
    )


class Signing(Recording):
    """What both ways ask: who signs, for how long, for whom."""

    authority = forms.ModelChoiceField(
        Authority.objects.exclude(key_pem=""), label=_("Authority"),
        widget=UnfoldAdminSelectWidget, help_text=_("Who signs it."),
    )
    usage = forms.ChoiceField(
        label=_("Usage"), choices=Certificate.Usage.choices, widget=UnfoldAdminSelectWidget
    )
    days = forms.IntegerField(
        label=_("Days"), min_value=1, required=False, widget=UnfoldAdminIntegerFieldWidget,
        help_text=format_lazy(
            _("Empty: {days}, or what the policy of the authority allows. It never outlives its "
              "authority."), days=USUAL_DAYS,
        ),
    )


class IssueForm(SubjectFields, Signing):
    """Issue a certificate with a new key."""

    common_name = forms.CharField(
        label=_("Name"), max_length=253, widget=UnfoldAdminTextInputWidget,
        help_text=_("The name that clients use, like registry.example.com or *.example.com."),
    )
    names = forms.CharField(
        label=_("Further DNS names"), required=False, widget=few_lines(),
        help_text=_("One per line. The name above is always included for a server."),
    )
    addresses = forms.CharField(
        label=_("IP addresses"), required=False, widget=few_lines(),
        help_text=_("One per line."),
    )
    key_type = key_type()

    class Meta:
        model = Certificate
        fields = [
            "authority", "common_name", "names", "addresses", "usage", "days", "key_type",
            *SUBJECT_FIELDS, "owner",
        ]
        widgets = {"owner": UnfoldAdminSelectWidget}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        authority, name = given["authority"], given["common_name"]
        own = [name] if given["usage"] == Certificate.Usage.SERVER else []
        self.asked = {
            "common_name": name, "usage": given["usage"], "subject": self.subject(),
            "names": [each.lower() for each in (*own, *words(given["names"]))],
            "addresses": words(given["addresses"]),
            "days": given["days"] or usual_days(authority),
        }
        tell(self, problems_with_order(authority, Order(**self.asked)))
        tell(self, problems_for_people(authority, given["usage"]))
        return given

    def record(self) -> Certificate:
        return services.issue(
            self.cleaned_data["authority"], owner=self.cleaned_data["owner"],
            key_type=self.cleaned_data["key_type"], **self.asked,
        )


class TeamRequestForm(Signing):
    """Sign the request of a team, which keeps its private key."""

    request_text = forms.CharField(
        label=_("Signing request"), widget=several_lines(),
        help_text=_("PEM, as openssl req makes it. Its names, addresses and subject are signed; "
                    "whatever else it asks for is left out."),
    )

    class Meta:
        model = Certificate
        fields = ["authority", "request_text", "usage", "days", "owner"]
        widgets = {"owner": UnfoldAdminSelectWidget}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        try:
            asked = read_team_request(given["request_text"])
        except Refused as refused:
            tell(self, refused.problems)
            return given
        for problem in problems_with_team_request(
            given["authority"], asked, usage=given["usage"], days=given["days"]
        ):
            part = getattr(problem, "part", "")
            self.add_error(part if part in self.fields else "request_text", str(problem))
        return given

    def record(self) -> Certificate:
        given = self.cleaned_data
        return services.sign_team_request(
            given["authority"], given["request_text"], usage=given["usage"], days=given["days"],
            owner=given["owner"],
        )
