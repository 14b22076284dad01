"""Asks for a robot account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.base import KindForm
from portal.kinds import ACTIONS, RobotWanted
from portal.kinds.given import projects_at, robots_at
from portal.kinds.robot import LONGEST_DAYS, LONGEST_OVERLAP


class RobotForm(KindForm):
    """In projects of one registry; one of its robots may be replaced."""

    needs = "registry"
    robot = forms.CharField(
        label=_("Name of the account"), max_length=100,
        help_text=_("Such as ci or deploy. Harbor puts robot$ before it."),
    )
    projects = forms.MultipleChoiceField(
        label=_("Projects"), widget=forms.CheckboxSelectMultiple, required=False
    )
    actions = forms.MultipleChoiceField(
        label=_("What it may do"), choices=list(ACTIONS.items()), initial=["pull"],
        widget=forms.CheckboxSelectMultiple, required=False,
    )
    days = forms.IntegerField(
        label=_("Days it lives"), min_value=1, max_value=LONGEST_DAYS, initial=90,
        help_text=_("You are reminded before it ends."),
    )
    replaces = forms.ChoiceField(label=_("Replaces"), required=False, help_text=_(
        "To change a secret without an outage: both accounts work for some days. The login name "
        "changes."
    ))
    overlap_days = forms.IntegerField(
        label=_("Days both work"), min_value=0, max_value=LONGEST_OVERLAP, initial=7,
        required=False, help_text=_("Counts only when another account is replaced."),
    )

    def prepare(self) -> None:
        names = projects_at(self.about.place).values_list("name", flat=True)
        self.fields["projects"].choices = [(name, name) for name in names]
        robots = list(robots_at(self.about.place))
        self.fields["replaces"].choices = [
            ("", _("no other account")), *((str(one.uuid), str(one)) for one in robots)
        ]
        if self.about.project:
            self.initial.setdefault("projects", [self.about.project.name])
        if not robots:
            del self.fields["replaces"], self.fields["overlap_days"]

    def wanted(self) -> RobotWanted:
        given: dict[str, Any] = self.cleaned_data
        return RobotWanted(
            robot=given["robot"], projects=tuple(given["projects"]),
            actions=tuple(given["actions"]), days=given["days"],
            replaces=given.get("replaces", ""), overlap_days=given.get("overlap_days") or 0,
        )
