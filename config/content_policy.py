"""Loosens the content policy for the admin by what its theme needs, and nowhere else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse


class AdminContentPolicy:
    """Unfold's Alpine evaluates expressions in attributes and sets style attributes.

    Scripts still come from our own files only, and so do style sheets.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(reverse("admin:index")):
            response._csp_update = {
                "script-src": ["'unsafe-eval'"],
                "style-src-attr": ["'unsafe-inline'"],
            }
        return response
