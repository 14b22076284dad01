"""From an object's admin page to its page outside the admin."""

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse


def view_on_site(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
    """Lead to the page; the same refusal for what this person may not see and what is not there."""
    try:
        model = ContentType.objects.get_for_id(int(content_type_id)).model_class()
    except (ContentType.DoesNotExist, ValueError):
        raise PermissionDenied from None
    page = admin.site._registry.get(model)
    if page is None or not page.has_view_permission(request):
        raise PermissionDenied
    if not page.get_queryset(request).filter(pk=object_id).exists():
        raise Http404
    return shortcut(request, content_type_id, object_id)
