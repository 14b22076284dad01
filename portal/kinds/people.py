"""Members of a project and their roles."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.problems import Problem

# Harbor's own numbers (`harbor.md 5.5`): it does not check what it is sent, so we do.
ROLE_IDS = {"admin": 1, "maintainer": 4, "developer": 2, "guest": 3}
ROLES = {
    "admin": gettext_lazy("Project admin"),
    "maintainer": gettext_lazy("Maintainer"),
    "developer": gettext_lazy("Developer"),
    "guest": gettext_lazy("Guest"),
}
# Beside what Harbor refuses, what its filters would read as more than a name (`harbor.md 5.1`).
_NAME = re.compile(r"""[^\s,"'~#%$/\\(){}\[\]=]{1,255}""")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MOST = 200


@dataclass(frozen=True, kw_only=True)
class Member:
    """One person as Harbor knows them; `email` is for an account that must be made."""

    name: str
    role: str = "developer"
    email: str = ""


def members(given: Iterable[Member | dict[str, Any]]) -> tuple[Member, ...]:
    """Typed, from what is stored. Raises TypeError for what is no member."""
    found = tuple(one if isinstance(one, Member) else Member(**one) for one in given)
    if not all(isinstance(part, str) for one in found for part in vars(one).values()):
        raise TypeError("name, role and email are texts")
    return found


def problems_with_members(found: tuple[Member, ...], part: str = "members") -> list[Problem]:
    """Every name, role and address that Harbor would not take (`harbor.md 5.3`)."""
    problems = []
    names = [one.name.lower() for one in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.append(Problem(_("“%s” is named twice.") % name, part))
    if len(found) > MOST:
        problems.append(Problem(_("At most %d people at once.") % MOST, part))
    for one in found:
        if not _NAME.fullmatch(one.name):
            problems.append(Problem(_("“%s” is no user name.") % one.name, part))
        if one.role not in ROLES:
            problems.append(Problem(_("“%s” is no role.") % one.role, part))
        if one.email and not _EMAIL.fullmatch(one.email):
            problems.append(Problem(_("“%s” is no mail address.") % one.email, part))
    return problems


def in_words(found: Iterable[Member]) -> str:
    """`ada (Developer), ben (Guest)`."""
    return ", ".join(f"{one.name} ({ROLES.get(one.role, one.role)})" for one in found)
