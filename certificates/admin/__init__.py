"""The admin's pages of this room."""

from certificates.admin.authority import AuthorityAdmin
from certificates.admin.certificate import CertificateAdmin
from certificates.admin.endpoint import EndpointAdmin
from certificates.admin.signing_request import SigningRequestAdmin

__all__ = ["AuthorityAdmin", "CertificateAdmin", "EndpointAdmin", "SigningRequestAdmin"]
