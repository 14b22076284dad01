"""Who is told: the people of the owning team, and those who hear of everything."""

from collections.abc import Iterable

from django.contrib.auth.models import Group, User

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_PERMISSION = "notices.receive_notices"


def members_of(owners: Iterable[Group | int]) -> dict[int, list[str]]:
    """The addresses of the active people of each team."""
    through = User.groups.through.objects.filter(
        group__in=list(owners), user__is_active=True
    ).exclude(user__email="")
    found: dict[int, list[str]] = {}
    for group, address in through.order_by("user").values_list("group", "user__email"):
        found.setdefault(group, []).append(address)
    return found


def ops() -> list[str]:
    """The addresses of those with the permission `notices.receive_notices`."""
    people = User.objects.with_perm(_PERMISSION, backend=_BACKEND).filter(is_active=True)
    addresses = people.exclude(email="").order_by("pk").values_list("email", flat=True)
    return list(dict.fromkeys(addresses))
