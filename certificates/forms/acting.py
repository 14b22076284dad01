"""The forms by which a person revokes a certificate or takes its private key."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from certificates.exporting import (
    LOCKED_PEM,
    PKCS12,
    PLAIN_PEM,
    SHORTEST_PASSWORD,
    SHORTEST_REASON,
)
from certificates.models import Certificate


class RevokeForm(forms.Form):
    """Why a certificate shall no longer be trusted."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=Certificate.Reason.choices, widget=UnfoldAdminSelectWidget
    )
    typed_name = forms.CharField(label=_("Type its name"), widget=UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, certificate: Certificate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.certificate = certificate
        self.fields["typed_name"].help_text = certificate.common_name

    def clean_typed_name(self) -> str:
        typed = self.cleaned_data["typed_name"].strip()
        if typed != self.certificate.common_name:
            raise ValidationError(_("This is not the name of the certificate."))
        return typed


class ExportForm(forms.Form):
    """In which form the private key leaves, and why."""

    form = forms.ChoiceField(
        label=_("Form"), widget=UnfoldAdminSelectWidget,
        choices=[
            (PKCS12, _("PKCS#12 file with key and chain (.p12)")),
            (LOCKED_PEM, _("PEM, the key protected by the password")),
            (PLAIN_PEM, _("PEM, the key unprotected")),
        ],
    )
    password = forms.CharField(
        label=_("Password for the file"), required=False, strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=format_lazy(
            _("At least {shortest} characters; not kept. Not used for unprotected PEM."),
            shortest=SHORTEST_PASSWORD,
        ),
    )
    again = forms.CharField(
        label=_("The password again"), required=False, strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )
    reason = forms.CharField(
        label=_("Reason"), min_length=SHORTEST_REASON, max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Kept in the audit log with your name, like “Move to the new load balancer”."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("form") == PLAIN_PEM:
            return given
        if len(given.get("password", "")) < SHORTEST_PASSWORD:
            self.add_error(
                "password", _("The password needs at least %d characters.") % SHORTEST_PASSWORD
            )
        elif given["password"] != given.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return given
