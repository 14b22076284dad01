"""What a person may ask of this room in the admin."""

from certificates.forms.acting import ExportForm, RevokeForm
from certificates.forms.authority import ImportAuthorityForm, MakeAuthorityForm
from certificates.forms.issuing import IssueForm, TeamRequestForm
from certificates.forms.requesting import SigningRequestForm
from certificates.forms.uploading import AnswerForm, UploadForm

__all__ = [
    "AnswerForm", "ExportForm", "ImportAuthorityForm", "IssueForm", "MakeAuthorityForm",
    "RevokeForm", "SigningRequestForm", "TeamRequestForm", "UploadForm",
]
