"""Asks for a whole registry."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deployments.models.sizes import Size
from portal.choices import clusters
from portal.forms.base import KindForm
from portal.kinds import RegistryWanted


class RegistryForm(KindForm):
    """On one of the clusters, in one of the sizes."""

    registry = forms.CharField(
        label=_("Name"), max_length=28,
        help_text=_("Names the machine: letters, digits and hyphens."),
    )
    fqdn = forms.CharField(
        label=_("Domain name"), max_length=253,
        help_text=_("What people type: docker login registry.example.com"),
    )
    preset = forms.ChoiceField(
        label=_("Size"), widget=forms.RadioSelect, choices=Size.choices, initial=Size.SMALL
    )
    cluster = forms.ChoiceField(label=_("Cluster"))

    def prepare(self) -> None:
        self.fields["cluster"].choices = [(str(one.uuid), one.name) for one in clusters()]

    def wanted(self) -> RegistryWanted:
        given: dict[str, Any] = self.cleaned_data
        return RegistryWanted(
            registry=given["registry"], fqdn=given["fqdn"], cluster=given["cluster"],
            preset=given["preset"],
        )
