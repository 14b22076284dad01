"""What may be done with a host's machine: a page that says what happens, and the POST that does it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts import switching
from hosts.models import DockerHost
from lib.errors import ServiceError
from operations.models import Operation

State = DockerHost.State


class HardForm(forms.Form):
    """The guest is always asked first."""

    hard = forms.BooleanField(
        label=_("Power off hard when the guest does not shut down within a minute"),
        help_text=_("What it has not written yet is lost."), required=False,
    )


class ResizeForm(forms.ModelForm):
    """The bounds are those of the row."""

    may_restart = forms.BooleanField(
        label=_("Restart the machine when Prism cannot resize it while it runs"),
        help_text=_("Always needed for less than it has. What runs there stops for a minute or "
                    "two."),
        required=False,
    )

    class Meta:
        model = DockerHost
        fields = ("cpus", "memory_mib")


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing to do: who may, when it fits, what is said before, what is started."""

    title: Any
    told: Callable[[DockerHost], list[str]]
    start: Callable[..., Operation]
    states: tuple[str, ...]
    form: type[forms.BaseForm] = forms.Form
    warns: bool = False


def _what_stops(host: DockerHost) -> list[str]:
    used = host.volumes.exclude(claimed_by="").exclude(state="deleted")
    lines = [_now("The guest of %s is asked to shut down; its containers stop first.") % host]
    names = ", ".join(volume.name for volume in used)
    if names:
        lines.append(_now("What uses these volumes stops with it: %s.") % names)
    return lines


def _about_size(host: DockerHost) -> list[str]:
    told = {"host": host, "cpus": host.cpus, "memory": host.memory_mib}
    return [
        _now("%(host)s has %(cpus)s CPU and %(memory)s MiB of memory.") % told,
        _now("More is given while it runs, where Prism and the guest allow it."),
    ]


ACTS: dict[str, Act] = {
    "switch-on": Act(
        title=_("Switch on"), start=switching.switch_on, states=(State.OFF, State.UNREACHABLE),
        told=lambda host: [
            _now("The machine is switched on, and its Docker engine waited for.")
        ],
    ),
    "restart": Act(
        title=_("Restart"), start=switching.restart, form=HardForm, warns=True,
        states=(State.READY, State.UNREACHABLE),
        told=lambda host: [
            *_what_stops(host),
            _now("Then it is switched on again, and its Docker engine waited for."),
        ],
    ),
    "switch-off": Act(
        title=_("Switch off"), start=switching.switch_off, form=HardForm, warns=True,
        states=(State.READY, State.UNREACHABLE), told=_what_stops,
    ),
    "resize": Act(
        title=_("Resize"), start=switching.resize, form=ResizeForm, told=_about_size,
        states=(State.READY, State.OFF, State.UNREACHABLE),
    ),
}


def acts_for(host: DockerHost, user: AbstractBaseUser) -> dict[str, Act]:
    """What this person may do with the machine as it is now."""
    if not (host.cluster_id and host.vm_ext_id and user.has_perm("hosts.provision_dockerhost")):
        return {}
    is_off = any(each["kind"] == "off" for each in host.drift)
    return {
        verb: act for verb, act in ACTS.items()
        if host.state in act.states or (is_off and verb == "switch-on")
    }


def act(admin: ModelAdmin, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """GET explains, POST starts and leads to the live page; refusals come back as a message."""
    host = admin.get_object(request, str(pk))
    if host is None or not admin.has_view_permission(request, host):
        raise Http404
    chosen = acts_for(host, request.user).get(verb)
    if chosen is None:
        raise PermissionDenied
    form = _form(chosen, request, host)
    page = reverse("admin:hosts_dockerhost_change", args=[host.pk])
    if form.is_valid():
        try:
            operation = chosen.start(host, by=request.user, **form.cleaned_data)
        except ServiceError as error:
            messages.error(request, f"{error.message} {error.advice}".strip())
            return redirect(page)
        return redirect(operation.get_absolute_url())
    return render(request, "hosts/confirm.html", {
        **admin.admin_site.each_context(request), "title": f"{chosen.title}: {host}",
        "act": chosen, "told": chosen.told(host), "form": form, "page": page,
        "opts": DockerHost._meta,
    })


def _form(chosen: Act, request: HttpRequest, host: DockerHost) -> forms.BaseForm:
    data = request.POST if request.method == "POST" else None
    if issubclass(chosen.form, forms.ModelForm):
        # A row of its own: is_valid() writes the posted values into the one it is given.
        return chosen.form(data, instance=DockerHost.objects.get(pk=host.pk))
    return chosen.form(data)
