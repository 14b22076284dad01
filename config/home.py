"""Where everybody begins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def home(request: HttpRequest) -> HttpResponse:
    """Teams to the portal; ops, and a console that nobody has set up yet, to the admin."""
    is_of_a_team = request.user.is_authenticated and not request.user.is_staff
    return redirect("portal:home" if is_of_a_team else "admin:index")
