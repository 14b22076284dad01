"""Which addresses the console may connect to on its own: internal ones, never its own machine."""

import ipaddress
import socket
from collections.abc import Iterable, Sequence

from lib.errors import ServiceError, Unreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds answer their guests with credentials, beside the link-local addresses.
_METADATA = {
    ipaddress.ip_address(text) for text in ("100.100.100.200", "168.63.129.16", "fd00:ec2::254")
}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")


class ForbiddenAddress(ServiceError):
    """The name leads to where the console does not go by itself; `ip` says where."""

    def __init__(self, host: str, ip: Address) -> None:
        super().__init__(f"{host} leads to {ip}, a loopback, link-local or metadata address.")
        self.ip = ip


def allowed_address(host: str, port: int, *, allowed: Iterable[str] = ()) -> str:
    """The one address of `host` to connect to; connect to it and look nothing up again.

    Every address that the name has now must be harmless, unless `allowed` names the host: a name
    that has both kinds may change its mind (DNS rebinding). Raises ForbiddenAddress, Unreachable.
    """
    found = resolve(host, port)
    if host.lower() not in {name.lower() for name in allowed}:
        require_harmless(host, found)
    return str(found[0])


def require_harmless(host: str, addresses: Iterable[Address]) -> None:
    """Raise ForbiddenAddress for the first address that the console must not connect to."""
    for ip in addresses:
        if is_forbidden(ip):
            raise ForbiddenAddress(host, ip)


def resolve(host: str, port: int) -> Sequence[Address]:
    """The addresses of `host`, IPv4 first. Raises Unreachable, kind `dns`."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            f"The name {host} does not resolve on the console.", kind="dns",
            advice="Check the name and its DNS record.", detail=str(error),
        ) from error
    found = {ipaddress.ip_address(answer[4][0].partition("%")[0]) for answer in answers}
    # One address is used: inside networks IPv4 is the one that works when both are announced.
    return sorted(found, key=lambda ip: (ip.version, ip))


def is_forbidden(ip: Address) -> bool:
    """Loopback, link-local, multicast, reserved and metadata addresses, however they are spelt."""
    ip = _unwrapped(ip)
    return (
        ip.is_loopback
        or ip.is_link_local
        or ip.is_multicast
        or ip.is_unspecified
        or (ip.version == 4 and (ip.is_reserved or ip in _THIS_NETWORK))
        or ip in _METADATA
    )


def _unwrapped(ip: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only carries it."""
    if ip.version == 4:
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
