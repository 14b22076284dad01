"""What a form showed of a project in Harbor, sent along so that nobody's change is overwritten."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from lib.errors import ServiceError
from lib.sizes import MIB
from portal.identities import ProjectNow, look_at
from portal.models import Project

_SALT = "portal.today"


class TodayField(forms.CharField):
    """Signed: it is what was shown, not what was thought up."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, required=False)

    def clean(self, value: Any) -> Any:
        try:
            return signing.loads(super().clean(value), salt=_SALT)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("Open this form again.")) from error


def signed(shown: Any) -> str:
    """As the field takes it back."""
    return signing.dumps(shown, salt=_SALT, compress=True)


def project_today(project: Project) -> tuple[ProjectNow, str]:
    """As Harbor has it now, else as we set it last with the reason why Harbor was not asked."""
    try:
        return look_at(project), ""
    except ServiceError as error:
        kept = ProjectNow(
            limit=project.quota_mib * MIB, used=project.used_bytes or 0, members=project.members
        )
        return kept, error.message
