"""Words, signs and links of the expiry report for templates."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.template import Library
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from certificates.advice import what_to_do
from certificates.ending import AUTHORITY, ENDPOINT, Ending
from certificates.models import Endpoint
from certificates.overview import SIGNS, group_of
from certificates.presenting import endpoint_sign

register = Library()
register.filter("what_to_do", what_to_do)
register.filter("endpoint_sign", endpoint_sign)


@register.filter
def endpoint_words(state: str) -> str:
    return str(Endpoint.State(state).label)


@register.filter
def kind_words(ending: Ending) -> str:
    if ending.what == AUTHORITY:
        return gettext("Authority")
    return gettext("Not in the books") if ending.what == ENDPOINT else gettext("Certificate")


@register.filter
def sign_at(ending: Ending, now: datetime) -> str:
    """The sign of the group that it is in."""
    return SIGNS[group_of(ending.until, now)]


@register.filter
def left_at(ending: Ending, now: datetime) -> str:
    """`23 days left`, hours on the last day, or since when it has been over."""
    left = ending.until - now
    if left <= timedelta(0):
        days = -left // timedelta(days=1)
        return ngettext("Ended %d day ago", "Ended %d days ago", days) % days
    if left < timedelta(days=1):
        hours = left // timedelta(hours=1)
        return ngettext("%d hour left", "%d hours left", hours) % hours
    return ngettext("%d day left", "%d days left", left.days) % left.days


@register.filter
def address_for(ending: Ending, user: AbstractBaseUser) -> str:
    """Its page in the admin, for those who may open it."""
    if user.is_staff and user.has_perm(f"certificates.view_{ending.what}"):
        return reverse(f"admin:certificates_{ending.what}_change", args=[ending.row])
    return ""
