"""A new project on a registry."""

from dataclasses import dataclass
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from certificates.problems import Problem
from deployments.selftest import PROJECT as SELF_TEST
from lib.names import validate_project_name
from lib.sizes import MIB, human
from portal.kinds.base import Line, Place, Wanted
from portal.kinds.people import Member, in_words, members, problems_with_members
from portal.models import Project

# What is Harbor's or ours.
_RESERVED = {"library", SELF_TEST}
# 1024 TiB (`harbor.md 5.4`).
MOST_MIB = 1024 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ProjectWanted(Wanted):
    """`project` is the name; the members beside those who log in as administrators of Harbor."""

    kind: ClassVar[str] = "project"
    project: str
    quota_mib: int
    is_public: bool = False
    members: tuple[Member, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", members(self.members))

    @property
    def name(self) -> str:
        return self.project

    @property
    def size(self) -> int:
        return gib_of(self.quota_mib)

    def problems(self, place: Place) -> list[Problem]:
        found = problems_with_project_name(self.project) + problems_with_quota(self.quota_mib)
        taken = Project.objects.filter(instance=place.instance, name=self.project)
        if taken.exclude(state=Project.State.GONE).exists():
            found.append(Problem(_("A team has a project of this name there."), "project"))
        return found + problems_with_members(self.members)

    def summary(self) -> list[Line]:
        who = _("everybody who reaches the registry") if self.is_public else _("members")
        return [
            Line(_("Project"), self.project), Line(_("Space"), human(self.quota_mib * MIB)),
            Line(_("May pull"), str(who)),
            Line(_("Members"), in_words(self.members) or _("nobody yet")),
        ]


def problems_with_project_name(name: str) -> list[Problem]:
    """Every reason why a team cannot have a project of this name; asks nobody."""
    try:
        validate_project_name(name)
    except ValidationError as error:
        return [Problem(sentence, "project") for sentence in error.messages]
    if name in _RESERVED:
        return [Problem(_("“%s” is not for teams.") % name, "project")]
    return []


def problems_with_quota(quota_mib: int) -> list[Problem]:
    """Whether it is a size that a project can have."""
    if not 1 <= quota_mib <= MOST_MIB:
        return [Problem(_("Ask for 1 MiB to 1024 TiB."), "quota_mib")]
    return []


def gib_of(mib: int) -> int:
    """Begun GiB count: 1 MiB is larger than nothing."""
    return -(-mib // 1024)
