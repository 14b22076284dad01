"""Pages of a host that connect it, renew its certificates, hand out its script, and delete it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hosts import services
from hosts.admin.acting import acts_for
from hosts.existing import existing_host_script
from hosts.models import DockerHost
from lib.errors import ServiceError


class ConnectPages:
    """Each explains by GET and acts by POST."""

    def connect_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET explains, POST starts the operation and leads to its live page."""
        host = self._host(request, pk, "hosts.provision_dockerhost")
        return self._act(request, host, "connect", lambda: services.provision(
            host, by=request.user))

    def renew_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET explains, POST starts the renewal of the certificates on 2376."""
        host = self._host(request, pk, "hosts.provision_dockerhost")
        return self._act(request, host, "renew", lambda: services.renew_engine_certificate(
            host, by=request.user))

    def script_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST downloads the script: it holds a private key, so no link may lead there."""
        host = self._host(request, pk, "hosts.provision_dockerhost")
        if request.method != "POST":
            return self._explain(request, host, "script")
        try:
            text = existing_host_script(host)
        except ServiceError as error:
            messages.error(request, f"{error.message} {error.advice}".strip())
            return redirect(_page_of(host))
        self.log_change(request, host, "Downloaded the script with the engine's key.")
        return HttpResponse(text, content_type="text/x-shellscript", headers={
            "Content-Disposition": f'attachment; filename="connect-{host.name}.sh"',
            "Cache-Control": "no-store",
        })

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET says what is lost, POST with the typed name starts the operation."""
        host = self._host(request, pk, "hosts.retire_dockerhost")
        return self._act(request, host, "retire", lambda: services.retire_host(
            host, by=request.user, typed_name=request.POST.get("typed_name", "").strip()))

    def _host(self, request: HttpRequest, pk: int, permission: str) -> DockerHost:
        host = self.get_object(request, str(pk))
        if host is None or not self.has_view_permission(request, host):
            raise Http404
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return host

    def _act(self, request: HttpRequest, host: DockerHost, verb: str, start: Any) -> HttpResponse:
        if request.method != "POST":
            return self._explain(request, host, verb)
        try:
            return redirect(start().get_absolute_url())
        except ServiceError as error:
            messages.error(request, f"{error.message} {error.advice}".strip())
            return redirect(_page_of(host))

    def _explain(self, request: HttpRequest, host: DockerHost, verb: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request), "title": str(host), "host": host,
            "verb": verb, "page": _page_of(host), "opts": DockerHost._meta,
            "volumes": host.volumes.exclude(state="deleted"),
        }
        return render(request, "hosts/act.html", context)


def links_of(host: DockerHost, user: AbstractBaseUser) -> list[tuple[str, str]]:
    """(address, title) of the pages that explain and start what fits this host, likeliest first."""
    wanted = [("connect", _("Make and connect") if host.is_ours else _("Connect"), "provision")]
    if not host.is_ours:
        script = ("script", _("Script for this machine"), "provision")
        wanted.insert(0 if host.state == DockerHost.State.NEW else 1, script)
    if host.server_certificate_id and host.state != DockerHost.State.GONE:
        wanted.append(("renew", _("Renew the engine's certificates"), "provision"))
    if host.is_ours and host.vm_ext_id:
        wanted.append(("retire", _("Delete the machine"), "retire"))
    links = [
        (reverse(f"admin:hosts_dockerhost_{verb}", args=[host.pk]), title)
        for verb, title, permission in wanted
        if user.has_perm(f"hosts.{permission}_dockerhost")
    ]
    acts = [
        (reverse("admin:hosts_dockerhost_act", args=[host.pk, verb]), found.title)
        for verb, found in acts_for(host, user).items()
    ]
    return [*links[:1], *acts, *links[1:]]


def _page_of(host: DockerHost) -> str:
    return reverse("admin:hosts_dockerhost_change", args=[host.pk])
