"""What a person may do with one volume: grow it while it is used; move, delete it when nobody does.
"""

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
from hosts.forms import AttachForm, BareForm, ConfirmForm, DeleteForm, GrowForm
from hosts.models import Volume
from lib.errors import ServiceError
from lib.sizes import human
from operations.models import Operation

_TITLES = {
    "confirm": _("Take over what lies on it"), "look": _("Look what lies on it"),
    "grow": _("Grow the volume"),
    "attach": _("Attach to a host"), "detach": _("Detach from its host"),
    "delete": _("Delete the volume"),
}
_FORMS: dict[str, Callable[..., forms.Form]] = {
    "confirm": ConfirmForm, "look": AttachForm, "grow": GrowForm, "attach": AttachForm,
    "detach": BareForm, "delete": DeleteForm,
}


def verbs_for(volume: Volume, user: AbstractBaseUser) -> list[str]:
    """What this person may do with the volume as it is now."""
    is_grouped = volume.backend == Volume.Backend.VOLUME_GROUP
    moves = is_grouped and volume.is_kept and bool(volume.volume_group_ext_id)
    may = {
        "confirm": ("provision_dockerhost", moves and bool(volume.facts.get("found"))),
        "look": ("provision_dockerhost", moves and volume.is_unconfirmed),
        "grow": ("grow_volume", is_grouped and volume.state == Volume.State.READY),
        "attach": (
            "provision_dockerhost",
            moves and volume.host is None and not volume.is_unconfirmed,
        ),
        "detach": ("provision_dockerhost", moves and volume.host is not None),
        "delete": ("erase_volume", volume.is_kept),
    }
    return [
        verb for verb, (permission, fits) in may.items()
        if fits and user.has_perm(f"hosts.{permission}")
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
    form = _FORMS[verb](request.POST or None, volume=volume)
    if request.method != "POST" or not form.is_valid():
        return render(request, "hosts/act_on_volume.html", {
            **admin.admin_site.each_context(request), "title": _TITLES[verb], "verb": verb,
            "volume": volume, "form": form, "opts": Volume._meta,
            "found": volume.facts.get("found") or {},
            "found_size": human((volume.facts.get("found") or {}).get("bytes") or 0),
        })
    try:
        operation = _start(verb, volume, form, request.user)
    except ServiceError as error:
        messages.error(request, f"{error.message} {error.advice}".strip())
        return redirect("admin:hosts_volume_change", volume.pk)
    return redirect(operation.get_absolute_url())


def _start(verb: str, volume: Volume, form: forms.Form, by: AbstractBaseUser) -> Operation:
    if verb == "grow":
        return volume_services.grow(volume, size_gib=form.cleaned_data["size_gib"], by=by)
    if verb == "attach":
        return volume_services.attach(volume, host=form.cleaned_data["host"], by=by)
    if verb == "look":
        return volume_services.look_again(volume, host=form.cleaned_data["host"], by=by)
    if verb == "detach":
        return volume_services.detach(volume, by=by)
    if verb == "confirm":
        return volume_services.adopt(volume, by=by)
    return volume_services.delete(volume, typed_name=form.cleaned_data["typed_name"], by=by)
