"""From which address a request came, for the sign-in lock and for the record of changes."""

from ipaddress import ip_address

from auditlog.middleware import AuditlogMiddleware
from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The peer; behind TRUSTED_PROXIES, what the outermost of them saw.

    Each proxy appends its peer to X-Forwarded-For, so only that many entries from the right are
    true: whatever stands before them, the client wrote.
    """
    peer = request.META.get("REMOTE_ADDR") or None
    named = request.headers.get("X-Forwarded-For", "").split(",")
    if not 0 < settings.TRUSTED_PROXIES <= len(named):
        return peer
    try:
        return str(ip_address(named[-settings.TRUSTED_PROXIES].strip()))
    except ValueError:
        return peer


class AuditMiddleware(AuditlogMiddleware):
    """Every change of a request is recorded with its person and address.

    The library's own would take the address from any X-Forwarded-For that a client sends.
    """

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> str | None:
        return client_address(request)

    @staticmethod
    def _get_remote_port(request: HttpRequest) -> None:
        return None
