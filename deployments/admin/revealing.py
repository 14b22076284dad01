"""The page that shows the administrator's password once, for a reason."""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_variables

from deployments.models import HarborInstance
from deployments.revealing import reveal_admin_password
from operations.errors import Refused


@sensitive_variables("password")
def reveal(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks for the reason, POST shows the password; nothing of it is kept anywhere."""
    instance = admin.get_object(request, str(pk))
    if instance is None or not admin.has_view_permission(request, instance):
        raise Http404
    if not request.user.has_perm("deployments.reveal_harborinstance"):
        raise PermissionDenied
    password = ""
    if request.method == "POST":
        try:
            password = reveal_admin_password(
                instance, by=request.user, reason=request.POST.get("reason", "")
            )
        except Refused as refusal:
            messages.error(request, refusal.message)
    context = {
        **admin.admin_site.each_context(request), "title": str(instance),
        "instance": instance, "password": password, "opts": HarborInstance._meta,
    }
    return render(request, "deployments/password.html", context)
