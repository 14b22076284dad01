"""A secret, shown once to the person it is for."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from lib.errors import ServiceError
from portal import services
from portal.models import Handover


@never_cache
@require_POST
@login_required
@sensitive_variables("secret")
def show_once(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """By POST only: no link, no reload and no cache brings it back."""
    handover = Handover.objects.filter(uuid=uuid, to=request.user.pk).select_related(
        "request__team", "request__instance", "robot"
    ).first()
    if handover is None:
        raise Http404
    try:
        secret = services.hand_over(handover, by=request.user)
    except ServiceError as refusal:
        messages.error(request, f"{refusal.message} {refusal.advice}".strip())
        return redirect("portal:request", uuid=handover.request.uuid)
    return render(request, "portal/secret.html", {"handover": handover, "secret": secret})
