"""Names that a team gets no certificate for, because somebody else answers to them."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Q

from certificates.models import Endpoint
from deployments.models import HarborInstance

# Engines are known by names below it; who had such a certificate could pass for an engine.
_OURS = ".slipway.internal"


def names_of_others(names: Iterable[str], group: Group) -> list[str]:
    """Those of `names` (wildcards too) under which the console, an engine, another's registry or
    another's endpoint is reached."""
    return [
        name for name in names
        if name.endswith(_OURS) or any(_covers(name, own) for own in _of_the_console())
        or _of_another(name, group)
    ]


def _of_the_console() -> set[str]:
    hosts = {urlsplit(settings.CONSOLE_URL).hostname, *settings.ALLOWED_HOSTS}
    return {host.lstrip(".").lower() for host in hosts if host and host != "*"}


def _of_another(name: str, group: Group) -> bool:
    places = (("fqdn", HarborInstance.objects.living()), ("server_name", Endpoint.objects.all()))
    for field, rows in places:
        asked = Q(**{f"{field}__iexact": name})
        if name.startswith("*."):
            asked |= Q(**{f"{field}__iendswith": name[1:]})
        found = rows.filter(asked).exclude(owner=group).values_list(field, flat=True)
        if any(_covers(name, other.lower()) for other in found):
            return True
    return False


def _covers(name: str, other: str) -> bool:
    """A wildcard stands for exactly one part."""
    if name.startswith("*."):
        return other.partition(".")[2] == name[2:] or other == name
    return name == other
