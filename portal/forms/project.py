"""Asks for a new project."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deployments.models import HarborInstance
from portal.choices import instances_for
from portal.forms.base import KindForm
from portal.forms.people import People, as_rows
from portal.kinds import ProjectWanted

MIB_PER_GIB = 1024


class ProjectForm(KindForm):
    """On one of the registries that the team may use."""

    parts = {"quota_mib": "quota_gib", "instance": "on"}
    on = forms.ModelChoiceField(
        label=_("Registry"), queryset=HarborInstance.objects.none(), to_field_name="uuid",
        empty_label=None,
    )
    project = forms.CharField(
        label=_("Name of the project"), max_length=255, help_text=_(
            "Stands in every image name: registry/project/image. Lower-case letters, digits, "
            "and single . _ or - between them."
        ),
    )
    quota_gib = forms.IntegerField(
        label=_("Space, GiB"), min_value=1, max_value=1024 * 1024, initial=10,
        help_text=_("Pushes beyond it are refused. More can be asked for at any time."),
    )
    is_public = forms.BooleanField(
        label=_("Everybody who reaches the registry may pull"), required=False
    )

    def prepare(self) -> None:
        self.fields["on"].queryset = instances_for(self.about.team)
        self.fields["on"].label_from_instance = lambda one: one.registry_host
        if self.about.registry:
            self.initial.setdefault("on", self.about.registry.uuid)
        rows = as_rows(self.before.members) if self.before else []
        self.people = People(self.data if self.is_bound else None, prefix="people", initial=rows)

    def initial_of(self, wanted: ProjectWanted) -> dict[str, Any]:
        return {
            "project": wanted.project, "is_public": wanted.is_public,
            "quota_gib": -(-wanted.quota_mib // MIB_PER_GIB),
        }

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.people.is_valid()])

    @property
    def registry(self) -> HarborInstance | None:
        return self.cleaned_data.get("on")

    def wanted(self) -> ProjectWanted:
        given = self.cleaned_data
        return ProjectWanted(
            project=given["project"], quota_mib=given["quota_gib"] * MIB_PER_GIB,
            is_public=given["is_public"], members=tuple(self.people.members()),
        )
