"""Which addresses the console fetches releases from: internal ones, never its own machine."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from lib.errors import Unreachable
from lib.outbound import ForbiddenAddress, allowed_address
from operations.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Target:
    """An address that was looked at; connections go to `ip` and to nothing looked up later."""

    host: str
    port: int
    path: str
    ip: str

    @property
    def base_url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


def target_of(url: str) -> Target:
    """What `url` leads to now. Raises Refused with the reason."""
    host, port, path = _parts_of(url)
    try:
        ip = allowed_address(host, port, allowed=settings.RELEASE_HOSTS_ALLOWED)
    except ForbiddenAddress as error:
        raise Refused(
            f"{host} leads to {error.ip}: the console fetches nothing from its own machine, "
            "link-local or metadata addresses.",
            advice="Use the address of a file server, or name the host in RELEASE_HOSTS_ALLOWED.",
        ) from error
    except Unreachable as error:
        raise Refused(error.message, advice=error.advice) from error
    return Target(host=host, port=port, path=path, ip=ip)


def _parts_of(url: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        parts, port = urlsplit(""), 443
    if parts.scheme != "https" or not parts.hostname:
        raise Refused("The address must begin with https:// and name a host.")
    if parts.username is not None or parts.password is not None:
        raise Refused(
            "The address carries a user or a password.",
            advice="Addresses are shown and stored in the clear; offer the file without.",
        )
    path = parts.path or "/"
    return parts.hostname.lower(), port, f"{path}?{parts.query}" if parts.query else path
