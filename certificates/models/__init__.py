"""Rows of this room."""

from certificates.models.authority import Authority
from certificates.models.calendar_key import CalendarKey
from certificates.models.certificate import Certificate
from certificates.models.endpoint import Endpoint
from certificates.models.signing_request import SigningRequest
from certificates.models.words import CertificateWords

__all__ = [
    "Authority", "CalendarKey", "Certificate", "CertificateWords", "Endpoint", "SigningRequest",
]
