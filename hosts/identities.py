"""The certificates between console and engine: ours as a client, the host's as a server."""

import ipaddress

from certificates.models import Certificate
from certificates.services import ensure_console_authority, issue, register_endpoint
from hosts.models import DockerHost

# Long enough for a first boot; replaced as soon as the engine answers (design.md 5).
FIRST_DAYS = 2


def ensure_client_certificate(host: DockerHost) -> None:
    """The host row knows its authority and a usable client certificate of ours."""
    if host.authority_id is None:
        host.record(authority=ensure_console_authority())
    known = host.client_certificate
    if known is None or not known.is_usable or known.life_left < 1 / 3:
        host.record(client_certificate=issue_client_certificate(host))


def issue_client_certificate(host: DockerHost) -> Certificate:
    """One for us as a client of this engine; not yet the one in use."""
    return issue(
        host.authority, common_name="Slipway console", usage=Certificate.Usage.CLIENT,
    )


def ensure_first_certificate(host: DockerHost) -> bool:
    """The host has a server certificate without an address; True when it is a new one."""
    known = host.server_certificate
    if known is not None and known.is_usable and known.has_key:
        return False
    host.record(server_certificate=issue(
        host.authority, common_name=host.tls_name, names=[host.tls_name], days=FIRST_DAYS,
    ))
    return True


def has_lasting_certificate(host: DockerHost) -> bool:
    """Whether the server certificate names the host's address and lasts."""
    known = host.server_certificate
    return (
        known is not None and known.is_usable and host.address in known.sans
        and known.life_left >= 1 / 3
        and (known.not_after - known.not_before).days > FIRST_DAYS
    )


def issue_lasting_certificate(host: DockerHost) -> Certificate:
    """A server certificate for name and address; not yet the one that the host serves."""
    names, addresses = [host.tls_name], []
    try:
        addresses.append(str(ipaddress.ip_address(host.address)))
    except ValueError:
        names.append(host.address)
    return issue(host.authority, common_name=host.tls_name, names=names, addresses=addresses)


def expect(host: DockerHost) -> None:
    """Let probes and the expiry report watch the engine's certificate."""
    register_endpoint(
        address=host.address, port=host.engine_port, server_name=host.tls_name,
        expected=host.server_certificate, owner=host.owner, subject=host,
        breaks=f"Slipway can no longer reach the engine of {host.name}.",
    )
