"""Asks for more space, or less."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.sizes import MIB
from portal.forms.base import KindForm
from portal.forms.project import MIB_PER_GIB
from portal.forms.today import TodayField, project_today, signed
from portal.kinds import QuotaWanted


class QuotaForm(KindForm):
    """Of one project; today's space is shown beside."""

    needs = "project"
    parts = {"quota_mib": "quota_gib", "project": "quota_gib"}
    quota_gib = forms.IntegerField(
        label=_("Space the project is to have, GiB"), min_value=1, max_value=1024 * 1024,
        help_text=_("All of it together, not what is added."),
    )
    was = TodayField()

    def prepare(self) -> None:
        if self.is_bound:
            return
        self.now, self.not_asked = project_today(self.about.project)
        limit = self.now.limit // MIB if self.now.limit > 0 else self.about.project.quota_mib
        self.initial["was"] = signed(limit)
        self.initial.setdefault("quota_gib", -(-limit // MIB_PER_GIB) * 2)

    def initial_of(self, wanted: QuotaWanted) -> dict[str, Any]:
        return {"quota_gib": -(-wanted.quota_mib // MIB_PER_GIB)}

    def wanted(self) -> QuotaWanted:
        return QuotaWanted(
            project=self.about.project.name, was_mib=self.cleaned_data["was"],
            quota_mib=self.cleaned_data["quota_gib"] * MIB_PER_GIB,
        )
