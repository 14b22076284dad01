"""The page of what is on a cluster but not in the books, and the reverse."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from hosts import leftovers
from hosts.models import DockerHost, Volume
from lib.errors import ServiceError
from nutanix.models import Cluster


class LeftoverPages:
    """Views of the admin's host pages."""

    def leftover_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "hosts_dockerhost_leftover"
        return [
            path("leftovers/", wrap(self.leftovers_view), name=f"{name}s"),
            path("leftovers/<int:pk>/<str:ext_id>/adopt/", wrap(self.adopt_view),
                 name=f"{name}_adopt"),
            path("leftovers/<int:pk>/<str:ext_id>/delete/", wrap(self.delete_leftover_view),
                 name=f"{name}_delete"),
        ]

    def leftovers_view(self, request: HttpRequest) -> HttpResponse:
        """Asks the chosen cluster now, both ways."""
        _require(request, "provision")
        clusters = list(Cluster.objects.select_related("prism")[:200])
        wanted = request.GET.get("cluster", "")
        cluster = next((c for c in clusters if str(c.pk) == wanted), None)
        if cluster is None and len(clusters) == 1:
            cluster = clusters[0]
        found, problem = _look(cluster)
        return self._show_leftovers(request, "hosts/leftovers.html", {
            "clusters": clusters, "cluster": cluster, "found": found, "problem": problem,
            "missing": [_missing(row) for row in found.missing] if found else [],
            "may_delete": request.user.has_perm("hosts.retire_dockerhost"),
        })

    def adopt_view(self, request: HttpRequest, pk: int, ext_id: str) -> HttpResponse:
        """POST only: the books take it in, nothing changes outside."""
        _require(request, "provision")
        cluster = get_object_or_404(Cluster, pk=pk)
        if request.method != "POST":
            return redirect(_page(cluster))
        try:
            row = leftovers.adopt(cluster, ext_id)
        except ServiceError as error:
            messages.error(request, f"{error.message} {error.advice}".strip())
            return redirect(_page(cluster))
        self.log_change(request, row, f"Adopted from {cluster}.")
        messages.success(request, _("%s is in the books again.") % row)
        return redirect(_page_of(row))

    def delete_leftover_view(self, request: HttpRequest, pk: int, ext_id: str) -> HttpResponse:
        """GET says what is lost, POST with the typed name starts the operation."""
        _require(request, "retire")
        cluster = get_object_or_404(Cluster, pk=pk)
        found, problem = _look(cluster)
        strangers = found.strangers if found else []
        stranger = next((each for each in strangers if each.ext_id == ext_id), None)
        if stranger is None:
            told = problem or _("It is gone, or in the books by now.")
            messages.error(request, told)
            return redirect(_page(cluster))
        if request.method == "POST":
            try:
                operation = leftovers.delete(
                    cluster, ext_id, by=request.user,
                    typed_name=request.POST.get("typed_name", "").strip(),
                )
                return redirect(operation.get_absolute_url())
            except ServiceError as error:
                messages.error(request, f"{error.message} {error.advice}".strip())
        return self._show_leftovers(request, "hosts/leftover.html", {
            "stranger": stranger, "cluster": cluster, "page": _page(cluster),
        })

    def _show_leftovers(
        self, request: HttpRequest, template: str, more: dict[str, Any]
    ) -> HttpResponse:
        return render(request, template, {
            **self.admin_site.each_context(request), "title": _("Leftovers"),
            "opts": DockerHost._meta, **more,
        })


def _require(request: HttpRequest, what: str) -> None:
    if not request.user.has_perm(f"hosts.{what}_dockerhost"):
        raise PermissionDenied


def _look(cluster: Cluster | None) -> tuple[leftovers.Findings | None, str]:
    if cluster is None:
        return None, ""
    try:
        return leftovers.look(cluster), ""
    except ServiceError as error:
        return None, f"{error.message} {error.advice}".strip()


def _missing(row: DockerHost | Volume) -> dict[str, str]:
    is_host = isinstance(row, DockerHost)
    return {
        "kind": _("Machine") if is_host else _("Volume group"), "name": str(row),
        "url": _page_of(row),
        "advice": _("Rebuild the host on the page of its registry; or delete the machine on its "
                    "page, which then only clears the books.") if is_host else
                  _("Its data is gone with it. Restore it from a snapshot in Prism, or retire its "
                    "registry."),
    }


def _page(cluster: Cluster) -> str:
    return f"{reverse('admin:hosts_dockerhost_leftovers')}?cluster={cluster.pk}"


def _page_of(row: DockerHost | Volume) -> str:
    return reverse(f"admin:hosts_{row._meta.model_name}_change", args=[row.pk])
