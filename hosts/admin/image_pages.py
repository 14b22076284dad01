"""The pages of the images on a cluster: what is there, and one more."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from hosts import images
from hosts.image_forms import AddImageForm
from hosts.suitable_images import NEEDS, SELINUX, SUITABLE
from lib.errors import ServiceError
from nutanix.models import Cluster

_PERMISSION = "nutanix.change_cluster"


class ImagePages:
    """Views of the admin's host pages."""

    def image_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "hosts_dockerhost_images"
        return [
            path("images/<int:pk>/", wrap(self.images_view), name=name),
            path("images/<int:pk>/add/", wrap(self.add_image_view), name=f"{name}_add"),
        ]

    def images_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks Prism now, once."""
        cluster = _cluster(request, pk)
        term, found, problem = request.GET.get("term", "").strip()[:80], None, ""
        try:
            found = images.search(cluster, term)
        except ServiceError as error:
            problem = f"{error.message} {error.advice}".strip()
        return self._show_images(request, "hosts/images.html", {
            "cluster": cluster, "term": term, "found": found, "problem": problem,
            "suitable": SUITABLE, "needs": NEEDS, "selinux": SELINUX,
            "fetches": images.unfinished(cluster),
        })

    def add_image_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET asks what, POST starts the operation and leads to it."""
        cluster = _cluster(request, pk)
        form = AddImageForm(request.POST if request.method == "POST" else None, cluster=cluster)
        if request.method == "POST" and form.is_valid():
            try:
                operation = images.add(cluster, by=request.user, **form.cleaned_data)
            except ServiceError as error:
                form.add_error(None, f"{error.message} {error.advice}".strip())
            else:
                return redirect(operation.get_absolute_url())
        return self._show_images(request, "hosts/add_image.html", {
            "cluster": cluster, "form": form,
            "takes_checksum": images.takes_checksum(cluster),
        })

    def _show_images(
        self, request: HttpRequest, template: str, more: dict[str, Any]
    ) -> HttpResponse:
        return render(request, template, {
            **self.admin_site.each_context(request),
            "title": _("Images on %s") % more["cluster"], "opts": Cluster._meta,
            "original": more["cluster"], **more,
        })


def _cluster(request: HttpRequest, pk: int) -> Cluster:
    if not request.user.has_perm(_PERMISSION):
        raise PermissionDenied
    return get_object_or_404(Cluster.objects.select_related("prism"), pk=pk)
