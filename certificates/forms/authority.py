"""The forms by which a person makes or imports an authority."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from certificates import services
from certificates.authorities import INTERMEDIATE_DAYS, ROOT_DAYS, read_authority
from certificates.forms.issuing import key_type
from certificates.forms.recording import Recording
from certificates.forms.subject import SUBJECT_FIELDS, SubjectFields, tell
from certificates.forms.uploading import HandedWithKey
from certificates.models import Authority
from certificates.problems import Refused

_WIDGETS = {
    "name": UnfoldAdminTextInputWidget, "parent": UnfoldAdminSelectWidget,
    "owner": UnfoldAdminSelectWidget, "longest_days": UnfoldAdminIntegerFieldWidget,
}


class MakeAuthorityForm(SubjectFields, Recording):
    """Make a root, or an authority below one."""

    key_type = key_type()
    days = forms.IntegerField(
        label=_("Days"), min_value=30, max_value=2 * ROOT_DAYS, required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=format_lazy(
            _("Empty: {root} for a root, {below} below one."),
            root=ROOT_DAYS, below=INTERMEDIATE_DAYS,
        ),
    )

    class Meta:
        model = Authority
        fields = [
            "name", "parent", "key_type", "days", "longest_days", *SUBJECT_FIELDS, "owner",
        ]
        widgets = _WIDGETS
        help_texts = {"parent": _("Empty: a new root, which clients must be told to trust.")}

    def clean_parent(self) -> Authority | None:
        parent = self.cleaned_data["parent"]
        if parent and not (parent.has_key and parent.parent is None):
            raise ValidationError(_("Choose a root whose key is here, or none."))
        return parent

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors:
            tell(self, self.subject().problems())
        return given

    def record(self) -> Authority:
        given = self.cleaned_data
        return services.make_authority(
            given["name"], parent=given["parent"], key_type=given["key_type"],
            days=given["days"], owner=given["owner"], subject=self.subject(),
            longest_days=given["longest_days"],
        )


class ImportAuthorityForm(HandedWithKey, Recording):
    """Make an outside authority known; with its key it signs here."""

    class Meta:
        model = Authority
        fields = [
            "name", "certificate_text", "file", "key_text", "password", "longest_days", "owner",
        ]
        widgets = _WIDGETS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["certificate_text"].help_text = _(
            "PEM: the authority and those above it up to the root, in any order."
        )
        self.fields["key_text"].help_text = _(
            "Only when it should sign here. Kept encrypted and never shown again."
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        try:
            read_authority(**self.handed())
        except Refused as refused:
            tell(self, refused.problems)
        return given

    def record(self) -> Authority:
        return services.import_authority(
            self.cleaned_data["name"], owner=self.cleaned_data["owner"],
            longest_days=self.cleaned_data["longest_days"], **self.handed(),
        )
