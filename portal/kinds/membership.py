"""Other members, or other roles, in a project the team has."""

from dataclasses import dataclass, field
from typing import ClassVar

from django.utils.translation import gettext as _

from certificates.problems import Problem
from portal.kinds.base import Line, Place, Wanted
from portal.kinds.given import problems_with_given
from portal.kinds.people import ROLES, Member, in_words, members, problems_with_members


@dataclass(frozen=True, kw_only=True)
class MembershipWanted(Wanted):
    """`put` are to have these roles, `remove` no role at all.

    `was` is what the asking person saw, name → role: who has another role by the time of the
    delivery was changed by somebody in Harbor, and is left alone.
    """

    kind: ClassVar[str] = "membership"
    project: str
    put: tuple[Member, ...] = ()
    remove: tuple[str, ...] = ()
    was: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "put", members(self.put))
        object.__setattr__(self, "remove", tuple(self.remove))

    @property
    def name(self) -> str:
        return self.project

    @property
    def size(self) -> int:
        return len(self.put) + len(self.remove)

    def problems(self, place: Place) -> list[Problem]:
        found = problems_with_given(place, [self.project], "project")
        if not self.size:
            found.append(Problem(_("Name somebody to add, to change or to remove."), "put"))
        both = {one.name for one in self.put} & set(self.remove)
        found += [
            Problem(_("“%s” is to be put and removed.") % name, "remove") for name in sorted(both)
        ]
        removed = tuple(Member(name=name) for name in self.remove)
        return found + problems_with_members(self.put, "put") + problems_with_members(
            removed, "remove"
        )

    def summary(self) -> list[Line]:
        lines = [Line(_("Project"), self.project)]
        if self.put:
            lines.append(Line(_("Is to have the role"), in_words(self.put)))
        if self.remove:
            lines.append(Line(_("Is to be removed"), ", ".join(self.remove)))
        former = {n: r for n, r in self.was.items() if n in self.remove or any(
            one.name == n for one in self.put)}
        if former:
            shown = ", ".join(f"{name} ({ROLES.get(role, role)})" for name, role in former.items())
            lines.append(Line(_("Today"), shown))
        return lines
