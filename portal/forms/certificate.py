"""Asks for a certificate."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.forms.base import KindForm
from portal.kinds import CertificateWanted


class CertificateForm(KindForm):
    """For a server of the team's own."""

    fqdn = forms.CharField(
        label=_("Domain name"), max_length=253,
        help_text=_("What clients connect to, such as ci.example.com."),
    )
    names = forms.CharField(
        label=_("Further names"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("One per line."),
    )
    days = forms.IntegerField(
        label=_("Days it lives"), min_value=1, max_value=settings.CERTIFICATE_LONGEST_DAYS,
        initial=90,
    )
    csr = forms.CharField(
        label=_("Your own signing request"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"}),
        help_text=_("PEM, for the same names. Leave it empty to have the key made here."),
    )

    def initial_of(self, wanted: CertificateWanted) -> dict[str, Any]:
        return {**wanted.as_data(), "names": "\n".join(wanted.names)}

    def wanted(self) -> CertificateWanted:
        given = self.cleaned_data
        return CertificateWanted(
            fqdn=given["fqdn"], names=tuple(given["names"].split()), csr=given["csr"],
            days=given["days"],
        )
