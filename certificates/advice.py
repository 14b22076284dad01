"""Says what to do about something that ends."""

from collections.abc import Callable
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from certificates.ending import AUTHORITY, ENDPOINT, Ending
from certificates.models import Endpoint


def what_to_do(ending: Ending) -> str:
    """One sentence for the person who must act."""
    return gettext(_sentence(ending))


def adviser() -> Callable[[Ending], str]:
    """The same for very many, in the language of this moment: each sentence is translated once."""
    translated = cache(gettext)
    return lambda ending: translated(_sentence(ending))


def _sentence(ending: Ending) -> str:
    if ending.what == AUTHORITY:
        return _about_authority(ending)
    if ending.what == ENDPOINT:
        return _about_endpoint(ending)
    if not ending.ours:
        return _("Order a new one from its issuer, upload it and rotate to it.")
    if ending.places:
        return _("Rotate it on what serves it; a new one is issued on the way.")
    return _("Issue a new one, or forget it when nobody uses it.")


def _about_authority(ending: Ending) -> str:
    if ending.ours:
        return _("Make the next authority and let clients trust both before this one ends.")
    return _("Ask who runs it for its successor, and let clients trust both meanwhile.")


def _about_endpoint(ending: Ending) -> str:
    if any(place.state in Endpoint.DIFFERENT for place in ending.places):
        return _("Find out why what the books expect is not served there, and rotate again.")
    return _("Replace the certificate there; Slipway only watches it.")
