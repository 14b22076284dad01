"""Lets the expiry report watch the certificates of Prism, as it watches all others."""

from urllib.parse import urlsplit

from certificates.services import endpoints_of, register_endpoint
from nutanix.models import Prism


def watch(prism: Prism) -> None:
    """Register where Prism answers and how it is trusted; an address it left is forgotten."""
    parts = urlsplit(prism.url)
    host, port = parts.hostname or "", parts.port or 443
    pinned = "".join(sign for sign in prism.fingerprint.lower() if sign in "0123456789abcdef")
    registered = register_endpoint(
        address=host, port=port, server_name=host, expected=None, subject=prism,
        trusted_pem="" if pinned else prism.ca_pem, expected_fingerprint=pinned,
        breaks=f"Slipway cannot reach the Prism “{prism.name}”: nothing can be made or changed "
        "on its clusters.",
    )
    endpoints_of(prism).exclude(pk=registered.pk).delete()


def forget(prism: Prism) -> None:
    """Watch it no longer; call before the connection is deleted."""
    endpoints_of(prism).delete()
