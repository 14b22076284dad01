"""Asks for other members or roles in a project."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from deployments.clients import ADMINISTRATOR
from portal.forms.base import KindForm
from portal.forms.people import REMOVE, TODAY, People, as_rows
from portal.forms.today import TodayField, project_today, signed
from portal.kinds import ROLES, Member, MembershipWanted


class MembershipForm(KindForm):
    """Shows today's members; what differs afterwards is asked for."""

    needs = "project"
    was = TodayField()

    def prepare(self) -> None:
        self.people_title = _("New members")
        data = self.data if self.is_bound else None
        rows = self._rows()
        self.today = TODAY(data, prefix="today", initial=rows)
        known = {row["name"] for row in rows}
        added = [one for one in self.before.put if one.name not in known] if self.before else []
        self.people = People(data, prefix="people", initial=as_rows(added))

    def initial_of(self, wanted: MembershipWanted) -> dict[str, Any]:
        return {}

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.today.is_valid(), self.people.is_valid()])

    def wanted(self) -> MembershipWanted:
        was: dict[str, str] = self.cleaned_data["was"]
        chosen = {
            row["name"]: row["role"] for row in self.today.cleaned_data if row["name"] in was
        }
        put = [
            Member(name=name, role=role) for name, role in chosen.items()
            if role not in (REMOVE, was[name])
        ]
        return MembershipWanted(
            project=self.about.project.name, was=was, put=(*put, *self.people.members()),
            remove=tuple(name for name, role in chosen.items() if role == REMOVE),
        )

    def _rows(self) -> list[dict[str, str]]:
        """Today's members, with what was asked for before; Harbor's own administrator stays."""
        if self.is_bound:
            return []
        now, self.not_asked = project_today(self.about.project)
        was = {
            name: role for name, role in sorted(now.members.items())
            if role in ROLES and name != ADMINISTRATOR
        }
        self.initial["was"] = signed(was)
        before = {one.name: one.role for one in self.before.put} if self.before else {}
        before |= dict.fromkeys(self.before.remove, REMOVE) if self.before else {}
        return [{"name": name, "role": before.get(name, role)} for name, role in was.items()]
