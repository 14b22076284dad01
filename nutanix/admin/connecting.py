"""Three steps to a Prism: address and trust, credentials, the clusters found there.

What was entered waits in the session until the connection works; credentials never do.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lib.errors import ServiceError
from nutanix.admin.connect_forms import AddressForm, LoginForm, TrustForm
from nutanix.connecting import Met, meet, register
from nutanix.models import Cluster, Prism

_KEPT = "prism_to_connect"
_STEPS = (
    ("connect", _("Address")), ("trust", _("Trust")), ("login", _("Credentials")),
)


class ConnectPages:
    """Views of the admin's Prism pages."""

    def connect_urls(self) -> list[URLPattern]:
        views = {"connect": self.address_view, "trust": self.trust_view, "login": self.login_view}
        return [
            path(f"{step}/", self.admin_site.admin_view(view), name=f"nutanix_prism_{step}")
            for step, view in views.items()
        ]

    def address_view(self, request: HttpRequest) -> HttpResponse:
        """Look who answers there; nothing of ours is sent."""
        self._require(request)
        form = AddressForm(request.POST or None, initial=request.session.get(_KEPT))
        if form.is_valid():
            try:
                meet(form.instance)
            except ServiceError as error:
                form.add_error("address", f"{error.message} {error.advice}".strip())
            else:
                request.session[_KEPT] = form.cleaned_data
                return redirect("admin:nutanix_prism_trust")
        return self._show(request, "connect", form=form, button=_("Look who answers"))

    def trust_view(self, request: HttpRequest) -> HttpResponse:
        """Show the certificate; go on once it is trusted."""
        self._require(request)
        prism = _kept(request)
        if prism is None:
            return redirect("admin:nutanix_prism_connect")
        prism.fingerprint = prism.ca_pem = ""
        try:
            met = meet(prism)
        except ServiceError as error:
            messages.error(request, f"{error.message} {error.advice}".strip())
            return redirect("admin:nutanix_prism_connect")
        initial = {"fingerprint": met.served.fingerprint, "by": "fingerprint"}
        form = TrustForm(request.POST or None, initial=initial)
        if request.method == "POST" and (met.is_trusted or _trusts(form, prism, met)):
            kept = {"fingerprint": prism.fingerprint, "ca_pem": prism.ca_pem}
            request.session[_KEPT] = request.session[_KEPT] | kept
            return redirect("admin:nutanix_prism_login")
        return self._show(
            request, "trust", form=None if met.is_trusted else form, met=met, prism=prism,
            button=_("Go on") if met.is_trusted else _("Trust it and go on"),
        )

    def login_view(self, request: HttpRequest) -> HttpResponse:
        """Log in, name what is missing, or keep the connection and show its clusters."""
        self._require(request)
        prism = _kept(request)
        if prism is None:
            return redirect("admin:nutanix_prism_connect")
        form = LoginForm(request.POST or None)
        if form.is_valid():
            for field, value in form.cleaned_data.items():
                setattr(prism, field, value)
            clusters = _registered(prism, form)
            if clusters is not None:
                del request.session[_KEPT]
                self.log_addition(request, prism, "Connected in three steps.")
                return _lead_on(request, prism, clusters)
        return self._show(request, "login", form=form, prism=prism, button=_("Connect"))

    def _require(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _show(self, request: HttpRequest, step: str, **more: Any) -> HttpResponse:
        names = [name for name, _title in _STEPS]
        steps = [
            {"title": title, "state": "done" if names.index(name) < names.index(step) else
             "running" if name == step else "pending"} for name, title in _STEPS
        ]
        return render(request, "nutanix/connect.html", {
            **self.admin_site.each_context(request), "title": _now("Connect a Prism"),
            "opts": Prism._meta, "steps": steps, "step": step, **more,
        })


def _kept(request: HttpRequest) -> Prism | None:
    found = request.session.get(_KEPT)
    return Prism(**found) if found else None


def _trusts(form: TrustForm, prism: Prism, met: Met) -> bool:
    """Whether the chosen way leads to a trusted Prism; what does not is told on the form."""
    if not form.is_valid():
        return False
    chosen = form.cleaned_data
    if chosen["fingerprint"] != met.served.fingerprint:
        form.add_error(None, _now("Another certificate is served now than the one you were shown. "
                                  "Compare the new one."))
        return False
    if chosen["by"] == "fingerprint":
        prism.fingerprint = chosen["fingerprint"]
    else:
        prism.ca_pem = chosen["ca_pem"]
    try:
        is_trusted = meet(prism).is_trusted
    except (ServiceError, OSError) as error:
        form.add_error(None, str(error))
        return False
    if not is_trusted:
        form.add_error("ca_pem", _now("This CA did not sign the certificate, or the certificate "
                                      "does not carry the name in the address."))
    return is_trusted


def _registered(prism: Prism, form: LoginForm) -> list[Cluster] | None:
    try:
        return register(prism)
    except ValidationError as error:
        for reason in error.messages:
            form.add_error(None, reason)
    except ServiceError as error:
        form.add_error(None, f"{error.message} {error.advice}".strip())
    return None


def _lead_on(request: HttpRequest, prism: Prism, clusters: list[Cluster]) -> HttpResponse:
    names = ", ".join(each.name for each in clusters) or "–"
    told = {"prism": prism, "version": prism.version, "clusters": names}
    messages.success(
        request, _now("%(prism)s works (%(version)s). Clusters found: %(clusters)s.") % told
    )
    if len(clusters) == 1:
        return redirect(reverse("admin:nutanix_cluster_change", args=[clusters[0].pk]))
    return redirect("admin:nutanix_cluster_changelist")
