"""django-rq's own pages: to look at only, and for those who hold its permission "admin".

Nothing is requeued or deleted there: the database is the truth, and an operation is resumed on its
own page.
"""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.http import require_safe
from django_rq.urls import get_admin_urlpatterns

from config.navigation import QUEUES_PERMISSION

# The library's views that ask before they change something.
_CHANGING = {
    "actions", "clear_queue", "confirm_action", "delete_failed_jobs", "delete_job", "enqueue_job",
    "requeue_all", "requeue_job_view", "stop_job",
}


def _to_look_at(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def looked_at(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        # Who is not signed in is led to the login by the view itself.
        if request.user.is_authenticated and not request.user.has_perm(QUEUES_PERMISSION):
            raise PermissionDenied
        if view.__name__ in _CHANGING and request.user.is_authenticated:
            return HttpResponseNotAllowed([])
        try:
            return require_safe(view)(request, *args, **kwargs)
        except (AssertionError, ValueError) as gone:
            # The library takes it for granted that the worker of an old link is still there.
            raise Http404 from gone

    return looked_at


app_name = "django_rq"
urlpatterns = [
    page for page in get_admin_urlpatterns(view_wrapper=_to_look_at)
    # It answers only where a package is installed that we do not use.
    if page.name != "scheduler_jobs"
]
