"""What other rooms may ask of certificates: issue, replace, revoke, expect, trust, look."""

from certificates.authorities import ensure_console_authority, import_authority, make_authority
from certificates.endpoints import (
    endpoints_of,
    look_at_endpoints,
    probe,
    probe_each,
    register_endpoint,
)
from certificates.exporting import export_key
from certificates.issuing import ensure_certificate, issue
from certificates.requesting import answer, request_signature
from certificates.revocation import revocation_list, revoke
from certificates.rows import trust_bundle
from certificates.team_requests import sign_team_request

__all__ = [
    "answer", "endpoints_of", "ensure_certificate", "ensure_console_authority", "export_key",
    "import_authority", "issue", "look_at_endpoints", "make_authority", "probe", "probe_each",
    "register_endpoint", "request_signature", "revocation_list", "revoke", "sign_team_request",
    "trust_bundle",
]
