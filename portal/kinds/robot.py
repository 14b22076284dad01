"""A robot account for one project or several."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.problems import Problem
from portal.kinds.base import Line, Place, Wanted
from portal.kinds.given import problems_with_given, robots_at

ACTIONS = {
    "pull": gettext_lazy("Pull images"),
    "push": gettext_lazy("Push images"),
    "delete": gettext_lazy("Delete images"),
}
LONGEST_DAYS = 365
LONGEST_OVERLAP = 30
MOST_PROJECTS = 50
_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class RobotWanted(Wanted):
    """`robot` is the name without Harbor's prefix. `replaces` is the uuid of an older account that
    ends `overlap_days` after this one was delivered: the login name changes."""

    kind: ClassVar[str] = "robot"
    robot: str
    projects: tuple[str, ...]
    actions: tuple[str, ...] = ("pull",)
    days: int = 90
    replaces: str = ""
    overlap_days: int = 7

    def __post_init__(self) -> None:
        object.__setattr__(self, "projects", tuple(self.projects))
        object.__setattr__(self, "actions", tuple(self.actions))

    @property
    def name(self) -> str:
        return self.robot

    @property
    def size(self) -> int:
        return len(self.projects)

    def problems(self, place: Place) -> list[Problem]:
        found = self._own_problems()
        found += problems_with_given(place, self.projects, "projects")
        own = robots_at(place)
        if own.filter(name=self.robot).exists():
            found.append(Problem(_("The team has a robot account of this name there."), "robot"))
        if self.replaces and self.replaces not in {str(uuid) for uuid in own.values_list(
                "uuid", flat=True)}:
            found.append(Problem(_("The team has no such robot account to replace."), "replaces"))
        return found

    def _own_problems(self) -> list[Problem]:
        found = []
        if not _NAME.fullmatch(self.robot) or len(self.robot) > 100:
            found.append(Problem(
                _("Use lower-case letters and digits, separated by single . _ or -."), "robot"
            ))
        if not 1 <= len(self.projects) <= MOST_PROJECTS:
            found.append(Problem(
                _("Choose at least one project, and at most %d.") % MOST_PROJECTS, "projects"
            ))
        if not self.actions or set(self.actions) - set(ACTIONS):
            found.append(Problem(_("Choose what it may do: pull, push, delete."), "actions"))
        if not 1 <= self.days <= LONGEST_DAYS:
            found.append(Problem(_("It lives 1 to %d days.") % LONGEST_DAYS, "days"))
        if not 0 <= self.overlap_days <= LONGEST_OVERLAP:
            found.append(Problem(
                _("Both are valid for at most %d days.") % LONGEST_OVERLAP, "overlap_days"
            ))
        return found

    def summary(self) -> list[Line]:
        lines = [
            Line(_("Robot account"), self.robot),
            Line(_("Projects"), ", ".join(self.projects)),
            Line(_("May"), ", ".join(str(ACTIONS.get(one, one)) for one in self.actions)),
            Line(_("Lives"), _("%d days") % self.days),
        ]
        if self.replaces:
            lines.append(Line(
                _("Replaces"),
                _("an older account, which ends %d days later; the login name changes")
                % self.overlap_days,
            ))
        return lines

    def expires_at(self, now: datetime) -> datetime:
        return now + timedelta(days=self.days)
