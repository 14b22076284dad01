"""What the forms of all kinds have in common."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from deployments.models import HarborInstance
from portal.choices import instances_for, projects_of
from portal.kinds import Place, Wanted
from portal.models import Project, Team


@dataclass(frozen=True, kw_only=True)
class About:
    """For which team a form asks, and about which project or registry, once that was chosen."""

    team: Team
    project: Project | None = None
    registry: HarborInstance | None = None

    @property
    def place(self) -> Place:
        return Place(team=self.team, instance=self.registry)

    def chosen(self, uuid: str) -> Self:
        """With what `uuid` names among what the team has; as it is when that is nothing."""
        try:
            project = projects_of(self.team).filter(uuid=uuid).first()
            if project:
                return replace(self, project=project, registry=project.instance)
            found = instances_for(self.team).filter(uuid=uuid).first()
        except (TypeError, ValueError, forms.ValidationError):
            return self
        return replace(self, registry=found) if found else self


class KindForm(forms.Form):
    """Asks for one kind. `needs` says what has to be chosen on the page before: "project",
    "registry" or nothing; `parts` which field shows the problems of a part of the wish.
    """

    needs = ""
    parts: dict[str, str] = {}
    note = forms.CharField(
        label=_("Note for those who decide"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Optional: what it is for."),
    )

    def __init__(self, *args: Any, about: About, wanted: Wanted | None = None, **kwargs: Any):
        self.about = about
        self.before = wanted
        if wanted is not None:
            kwargs["initial"] = {**kwargs.get("initial", {}), **self.initial_of(wanted)}
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "note"])
        self.prepare()

    def prepare(self) -> None:
        """Fill in what may be chosen."""

    def initial_of(self, wanted: Wanted) -> dict[str, Any]:
        """What the fields hold when this was asked for."""
        return wanted.as_data()

    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        raise NotImplementedError

    @property
    def registry(self) -> HarborInstance | None:
        """The registry it is about."""
        return self.about.registry

    @property
    def registry_uuid(self) -> str:
        """What fields beside ask about, where the form itself does not let choose."""
        return "" if "on" in self.fields or not self.registry else str(self.registry.uuid)

    def show(self, problems: Iterable[str]) -> None:
        """Each problem beside its field, or above the form."""
        for problem in problems:
            part = getattr(problem, "part", "")
            field = self.parts.get(part, part)
            self.add_error(field if field in self.fields else None, str(problem))
