"""The fields of a form that make up the subject, and how reasons find their field."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from certificates.subjects import Subject

SUBJECT_FIELDS = ["country", "state", "locality", "organisation", "unit", "email"]


def _text(label: object, help_text: object = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, widget=UnfoldAdminTextInputWidget, help_text=help_text
    )


class SubjectFields(forms.Form):
    """What an organisation wants to read in its certificates; clients ignore it."""

    country = _text(_("Country"), _("Two letters, like DE. This and the next five may be empty."))
    state = _text(_("State or province"))
    locality = _text(_("City"))
    organisation = _text(_("Organisation"))
    unit = _text(_("Unit"))
    email = _text(_("E-mail"))

    def subject(self) -> Subject:
        """The subject that was typed."""
        return Subject(**{name: self.cleaned_data[name].strip() for name in SUBJECT_FIELDS})


def tell(form: forms.Form, problems: Iterable[str]) -> None:
    """Each reason beside the field it speaks of, the others on top."""
    for problem in problems:
        part = getattr(problem, "part", "")
        form.add_error(part if part in form.fields else None, str(problem))


def words(text: str) -> list[str]:
    """What stands in a box, one per line or separated by commas or spaces."""
    return text.replace(",", " ").split()
