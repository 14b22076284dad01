"""What a person may do with one volume: grow it while it is used, delete it when nobody does."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hosts import volume_services
from hosts.forms import DeleteForm, GrowForm
from hosts.models import Volume
from lib.errors import ServiceError
from operations.models import Operation

_TITLES = {"grow": _("Grow the volume"), "delete": _("Delete the volume")}


def verbs_for(volume: Volume, user: AbstractBaseUser) -> list[str]:
    """What this person may do with the volume as it is now."""
    is_grouped = volume.backend == Volume.Backend.VOLUME_GROUP
    may = {
        "grow": ("grow", is_grouped and volume.state == Volume.State.READY),
        "delete": ("erase", volume.is_kept),
    }
    return [
        verb for verb, (permission, fits) in may.items()
        if fits and user.has_perm(f"hosts.{permission}_volume")
    ]


def links_of(volume: Volume, user: AbstractBaseUser) -> list[tuple[str, Any]]:
    """(address, title) of the pages that explain and start these."""
    return [
        (reverse("admin:hosts_volume_act", args=[volume.pk, verb]), _TITLES[verb])
        for verb in verbs_for(volume, user)
    ]


def act(admin: Any, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """GET explains, POST starts the operation and leads to its live page."""
    volume = admin.get_object(request, str(pk))
    if volume is None or not admin.has_view_permission(request, volume):
        raise Http404
    if verb not in verbs_for(volume, request.user):
        raise PermissionDenied
    form = _form_of(verb)(request.POST or None, volume=volume)
    if request.method != "POST" or not form.is_valid():
        return render(request, "hosts/act_on_volume.html", {
            **admin.admin_site.each_context(request), "title": _TITLES[verb], "verb": verb,
            "volume": volume, "form": form, "opts": Volume._meta,
        })
    try:
        operation = _start(verb, volume, form, request.user)
    except ServiceError as error:
        messages.error(request, f"{error.message} {error.advice}".strip())
        return redirect("admin:hosts_volume_change", volume.pk)
    return redirect(operation.get_absolute_url())


def _form_of(verb: str) -> Callable[..., forms.Form]:
    return GrowForm if verb == "grow" else DeleteForm


def _start(verb: str, volume: Volume, form: forms.Form, by: AbstractBaseUser) -> Operation:
    if verb == "grow":
        return volume_services.grow(volume, size_gib=form.cleaned_data["size_gib"], by=by)
    return volume_services.delete(volume, typed_name=form.cleaned_data["typed_name"], by=by)
