"""Rows of people and their roles, in the forms that name members."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kinds import ROLES, Member
from portal.kinds.people import MOST

REMOVE = "remove"


class PersonForm(forms.Form):
    """Somebody who is to have a role; an empty row is nobody."""

    name = forms.CharField(label=_("User name"), max_length=255, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=list(ROLES.items()), initial="developer")
    email = forms.EmailField(label=_("Mail address"), required=False, help_text=_(
        "Only for people without an account."
    ))


class MemberTodayForm(forms.Form):
    """Somebody who is a member: the role they are to have, or none."""

    name = forms.CharField(widget=forms.HiddenInput)
    role = forms.ChoiceField(
        label=_("Role"), choices=[*ROLES.items(), (REMOVE, _("Remove from the project"))]
    )


_People = forms.formset_factory(PersonForm, extra=1, max_num=MOST, absolute_max=MOST)
TODAY = forms.formset_factory(MemberTodayForm, extra=0, max_num=MOST, absolute_max=MOST)


class People(_People):
    """Rows of people; the button `more-people` asks for another row."""

    MORE = "more-people"

    def __init__(self, data: Any = None, **kwargs: Any):
        if data is not None and self.MORE in data:
            data = data.copy()
            total = f"{kwargs['prefix']}-TOTAL_FORMS"
            rows = data.get(total, "")
            data[total] = str(min(int(rows) + 1, MOST)) if rows.isdecimal() else "1"
        super().__init__(data, **kwargs)

    def members(self) -> list[Member]:
        """Those of a valid formset, without the empty rows."""
        return [
            Member(name=row["name"], role=row["role"], email=row["email"])
            for row in self.cleaned_data if row.get("name")
        ]


def as_rows(members: Any) -> list[dict[str, str]]:
    """What the rows hold for these members."""
    return [{"name": one.name, "role": one.role, "email": one.email} for one in members]
