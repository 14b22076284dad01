"""Which of the addresses that Prism tells can be reached."""

import ipaddress
from collections.abc import Iterable


def first_useful(addresses: Iterable[object]) -> str:
    """The first that is neither self-made, nor a loopback, nor the engine's own bridge."""
    return next((str(each) for each in addresses if _is_useful(str(each))), "")


def _is_useful(address: str) -> bool:
    """Not 169.254/16, which a guest gives itself; 172.17.0.1 is Docker's (nutanix.md 2.9)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (parsed.is_link_local or parsed.is_loopback or address == "172.17.0.1")
