"""One form per kind of request, listed here."""

from portal.forms.base import KindForm
from portal.forms.certificate import CertificateForm
from portal.forms.membership import MembershipForm
from portal.forms.project import ProjectForm
from portal.forms.quota import QuotaForm
from portal.forms.registry import RegistryForm
from portal.forms.robot import RobotForm
from portal.models import Request

Kind = Request.Kind
FORMS: dict[str, type[KindForm]] = {
    Kind.PROJECT: ProjectForm, Kind.MEMBERSHIP: MembershipForm, Kind.QUOTA: QuotaForm,
    Kind.ROBOT: RobotForm, Kind.CERTIFICATE: CertificateForm, Kind.REGISTRY: RegistryForm,
}

__all__ = ["FORMS", "KindForm"]
