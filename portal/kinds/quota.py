"""More space, or less, for a project the team has."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from certificates.problems import Problem
from lib.sizes import MIB, human
from portal.kinds.base import Line, Place, Wanted
from portal.kinds.given import problems_with_given, projects_at
from portal.kinds.project import gib_of, problems_with_quota


@dataclass(frozen=True, kw_only=True)
class QuotaWanted(Wanted):
    """`was_mib` is the space that the asking person saw; another one was set in Harbor by somebody
    and is left alone. -1 was no limit."""

    kind: ClassVar[str] = "quota"
    project: str
    quota_mib: int
    was_mib: int

    @property
    def name(self) -> str:
        return self.project

    @property
    def size(self) -> int:
        return gib_of(self.quota_mib)

    def problems(self, place: Place) -> list[Problem]:
        found = problems_with_given(place, [self.project], "project")
        found += problems_with_quota(self.quota_mib)
        had = projects_at(place).filter(name=self.project).first()
        if had and had.quota_mib == self.quota_mib:
            found.append(Problem(_("The project has this space already."), "quota_mib"))
        return found

    def summary(self) -> list[Line]:
        return [
            Line(_("Project"), self.project),
            Line(_("Space"), human(self.quota_mib * MIB)),
            Line(_("Today"), human(self.was_mib * MIB) if self.was_mib >= 0 else _("no limit")),
        ]
