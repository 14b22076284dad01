"""What a directory's groups mean here: only those that the settings name, never more rights."""

from collections.abc import Iterable

from django.contrib.auth.models import Group, User
from django.db import transaction

from portal.roles import ADMINISTRATORS, AUDITORS, OPS

# Whoever has one of these works in the admin.
_IN_THE_ADMIN = {OPS, AUDITORS, ADMINISTRATORS}


@transaction.atomic
def fill_groups(user: User, there: Iterable[str], pairs: list[tuple[str, str]]) -> None:
    """Put the person into the groups that their directory groups stand for, out of the others.

    A group that no pair names is left alone, one that does not exist is not made, and nobody
    becomes a superuser. Entry to the admin follows the roles, once a pair names one of them.
    """
    belongs = {name.casefold() for name in there}
    named = {here for _, here in pairs}
    wanted = {here for name, here in pairs if name.casefold() in belongs}
    has = set(user.groups.values_list("name", flat=True))
    user.groups.add(*Group.objects.filter(name__in=wanted - has))
    user.groups.remove(*Group.objects.filter(name__in=(named - wanted) & has))
    if named & _IN_THE_ADMIN:
        may_enter = user.groups.filter(name__in=_IN_THE_ADMIN).exists()
        if user.is_staff != may_enter:
            user.is_staff = may_enter
            user.save(update_fields=["is_staff"])


def is_local(user: User) -> bool:
    """Belongs to the console itself: no directory signs in under this name."""
    return user.is_superuser or user.has_usable_password() or not user.is_active
