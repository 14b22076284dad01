"""The admin's pages for bringing releases in: upload, address, look into the folder now."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from deployments.intake import parts, services, uploading
from deployments.intake.blocks import BLOCK
from deployments.intake.forms import FetchForm
from deployments.intake.space import free_space
from deployments.models import IncomingArchive, Release
from lib.errors import ServiceError


class IntakePages:
    """For the admin of releases: buttons above its list, and where they lead."""

    actions_list = ("upload_release", "fetch_release", "look_for_releases")

    @action(description=_("Upload an archive"), permissions=["add"], icon="upload")
    def upload_release(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:deployments_release_upload")

    @action(description=_("Fetch from an address"), permissions=["add"], icon="download")
    def fetch_release(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:deployments_release_fetch")

    @action(description=_("Look into the folder now"), permissions=["add"], icon="folder_open")
    def look_for_releases(self, request: HttpRequest) -> HttpResponse:
        """Asks first: a link must not start anything."""
        if request.method != "POST":
            context = {"title": _("Look into the folder now")}
            return _page(request, "deployments/release_look.html", context)
        try:
            operation = services.scan(by=request.user)
        except ServiceError as error:
            messages.error(request, f"{error.message} {error.advice}".strip())
            return redirect("admin:deployments_release_changelist")
        return redirect(operation.get_absolute_url())

    def get_urls(self) -> list[URLPattern]:
        view = site.admin_view
        own = [
            path("upload/", view(upload_page), name="deployments_release_upload"),
            path("upload/begin/", view(uploading.begin), name="deployments_release_upload_begin"),
            path(
                "upload/<uuid:uuid>/", view(uploading.part), name="deployments_release_upload_part"
            ),
            path("fetch/", view(fetch_page), name="deployments_release_fetch"),
        ]
        return [*own, *super().get_urls()]


def upload_page(request: HttpRequest) -> HttpResponse:
    """Choose a file, watch its bytes go; what was begun before can be continued or discarded."""
    _require_permission(request)
    begun = IncomingArchive.objects.filter(
        way=IncomingArchive.Way.UPLOAD, state=IncomingArchive.State.ARRIVING
    ).select_related("created_by")
    context = {
        "title": _("Upload an archive"),
        "begun": [_begun(incoming) for incoming in begun],
        "free": free_space(),
        "block": BLOCK,
    }
    return _page(request, "deployments/release_upload.html", context)


def fetch_page(request: HttpRequest) -> HttpResponse:
    """Name the address; the operation does the rest."""
    _require_permission(request)
    form = FetchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operation = services.fetch(by=request.user, **form.cleaned_data)
        except ServiceError as error:
            form.add_error(None, f"{error.message} {error.advice}".strip())
        else:
            return redirect(operation.get_absolute_url())
    context = {"title": _("Fetch from an address"), "form": form}
    return _page(request, "deployments/release_fetch.html", context)


def _begun(incoming: IncomingArchive) -> dict[str, Any]:
    return {
        "archive": incoming,
        "received": parts.received(incoming),
        "address": reverse("admin:deployments_release_upload_part", args=[incoming.uuid]),
    }


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(
        request,
        template,
        site.each_context(request)
        | {"opts": Release._meta, "folder": settings.RELEASES_DIR}
        | context,
    )


def _require_permission(request: HttpRequest) -> None:
    if not request.user.has_perm("deployments.add_release"):
        raise PermissionDenied
