"""Pages of an instance outside the admin."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from deployments.models import HarborInstance
from harbor.bundle import CONTAINER_OF


@require_GET
@login_required
def container_log(request: HttpRequest, uuid: UUID, container: str) -> HttpResponse:
    """The live log of one of Harbor's containers."""
    instance = HarborInstance.objects.visible_to(request.user).filter(uuid=uuid).first()
    names = list(CONTAINER_OF.values())
    if instance is None or instance.host is None or container not in names:
        raise Http404
    context = {"instance": instance, "container": container, "containers": names}
    return render(request, "hosts/container_log.html", context)
