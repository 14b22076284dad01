"""One named chain that lets lab machines reach each other and the lab's services on the host.

A Docker Engine or a firewall on the host may drop what crosses a bridge (real-parts.md 0).
"""

from lab.commands import run, succeeds
from lab.network import BRIDGE
from lab.paths import SUFFIX

CHAIN = f"SLIPWAY-LAB{SUFFIX.upper()}"
HOOKS = ("FORWARD", "INPUT")


def open_up(gateway: str) -> None:
    """Traffic along the bridge and to the host's address on it is accepted."""
    run("iptables", "-w", "-N", CHAIN)
    run("iptables", "-w", "-A", CHAIN, "-i", BRIDGE, "-o", BRIDGE, "-j", "ACCEPT")
    run("iptables", "-w", "-A", CHAIN, "-i", BRIDGE, "-d", gateway, "-j", "ACCEPT")
    for hook in HOOKS:
        run("iptables", "-w", "-I", hook, "-j", CHAIN)


def close() -> None:
    """The chain and its hooks are gone; nothing else was touched."""
    for hook in HOOKS:
        while succeeds("iptables", "-w", "-D", hook, "-j", CHAIN):
            pass
    if succeeds("iptables", "-w", "-F", CHAIN):
        run("iptables", "-w", "-X", CHAIN)
