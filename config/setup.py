"""The page on which the first administrator is made, with the token from the terminal."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from config import first_start
from lib.errors import ServiceError


class SetupForm(forms.Form):
    token = forms.CharField(
        label=_("Set-up token"),
        help_text=_("Printed on the terminal in which the console was started."),
    )
    username = forms.CharField(label=_("User name"), max_length=150)
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput, validators=[validate_password]
    )
    again = forms.CharField(label=_("Password again"), widget=forms.PasswordInput)

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("password") != cleaned.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return cleaned


@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Make the first administrator; the page is gone once there is one."""
    if not first_start.setup_is_open():
        raise Http404
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("token", "username", "password")}
        try:
            first_start.make_first_administrator(**wanted)
        except ServiceError as error:
            form.add_error("token", f"{error.message} {error.advice}")
        else:
            return redirect("login")
    return render(request, "config/setup.html", {"form": form})
