"""What the sign-in pages offer beside the password."""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from config.sign_in_pages import elsewhere_is_open

register = template.Library()


@register.simple_tag
def sign_in_elsewhere(next_url: str | None) -> dict[str, str] | None:
    """The provider's name and the address that leads there; None when there is none."""
    if not elsewhere_is_open():
        return None
    led_on = f"?{urlencode({'next': next_url})}" if next_url else ""
    return {
        "name": settings.OIDC["NAME"], "url": reverse("openid_connect_login") + led_on,
    }
