"""The page that says what a rotation changes, and the form that starts it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.renewal import usual_end
from deployments.models import HarborInstance
from deployments.rotation.choosing import Choice, offers, usual_choice
from deployments.rotation.services import rotate
from operations.errors import Refused


class RotationForm(forms.Form):
    """What follows, and whether nginx may be restarted when it does not take it otherwise."""

    choice = forms.ChoiceField(label=gettext_lazy("New certificate"), widget=forms.RadioSelect)
    may_restart = forms.BooleanField(
        label=gettext_lazy("Restart nginx when it does not take the new certificate otherwise"),
        help_text=gettext_lazy("Then the registry does not answer for some seconds."),
        required=False,
    )

    def __init__(self, instance: HarborInstance, data: Any = None) -> None:
        super().__init__(data)
        self._offers = {_key_of(choice): choice for choice in offers(instance)}
        self.fields["choice"].choices = [
            (key, _title_of(choice)) for key, choice in self._offers.items()
        ]
        self.fields["choice"].initial = next(iter(self._offers), None)

    def chosen(self) -> Choice:
        return self._offers[self.cleaned_data["choice"]]


def rotate_page(
    admin: ModelAdmin, request: HttpRequest, instance: HarborInstance
) -> HttpResponse:
    """GET explains, POST starts and leads to the live page; refusals come back as a message."""
    form = RotationForm(instance, request.POST if request.method == "POST" else None)
    page = reverse("admin:deployments_harborinstance_change", args=[instance.pk])
    if form.is_valid():
        try:
            operation = rotate(
                instance, choice=form.chosen(), by=request.user,
                may_restart=form.cleaned_data["may_restart"],
            )
        except Refused as refusal:
            messages.error(request, f"{refusal.message} {refusal.advice}".strip())
            return redirect(page)
        return redirect(operation.get_absolute_url())
    context = {
        **admin.admin_site.each_context(request),
        "title": f"{_('Rotate the certificate')}: {instance}", "instance": instance,
        "certificate": instance.certificate, "form": form, "page": page,
        "is_usual": bool(usual_choice(instance).authority), "opts": HarborInstance._meta,
    }
    return render(request, "deployments/rotate.html", context)


def _key_of(choice: Choice) -> str:
    (kind, uuid), = choice.as_parameters().items()
    return f"{kind}:{uuid}"


def _title_of(choice: Choice) -> str:
    if choice.certificate:
        return _("%(certificate)s, which is here already, signed by %(issuer)s, until %(end)s") % {
            "certificate": choice.certificate, "issuer": choice.certificate.issuer_name,
            "end": date_format(choice.certificate.not_after),
        }
    return _("A new one, signed by %(authority)s, until %(end)s") % {
        "authority": choice.authority, "end": date_format(usual_end(choice.authority)),
    }
