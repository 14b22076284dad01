"""The machines' private network: one bridge, one subnet that nothing else uses, no way out."""

import ipaddress
import json
from dataclasses import dataclass
from pathlib import Path

from lab.commands import run, succeeds
from lab.errors import LabError
from lab.paths import NAME, RUN

BRIDGE = f"slipway{NAME or '0'}"
CANDIDATES = [ipaddress.IPv4Network(f"10.{n}.0.0/24") for n in range(77, 127)]
NAMESPACES = RUN / "netns"


@dataclass(frozen=True)
class Subnet:
    """The addresses of the lab: the host has the first one, machines get those of the pool."""

    network: ipaddress.IPv4Network

    @property
    def gateway(self) -> str:
        """The host's address on the bridge; Prism, DNS and other lab services answer there."""
        return str(self.network[1])

    @property
    def pool(self) -> tuple[str, str]:
        """The first and the last address that Prism's IPAM may hand out."""
        return str(self.network[20]), str(self.network[200])


def bring_up() -> Subnet:
    """The bridge is up with the host's address on a subnet that was free."""
    subnet = Subnet(
        _free_network(json.loads(run("ip", "-j", "-4", "route", "show", "table", "all")))
    )
    run("ip", "link", "add", BRIDGE, "type", "bridge")
    run("ip", "address", "add", f"{subnet.gateway}/{subnet.network.prefixlen}", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")
    return subnet


def connect(uuid: str, mac: str, address: str | None, subnet: Subnet) -> Path:
    """A network namespace for the machine, on the bridge, with its address on eth0."""
    namespace = NAMESPACES / uuid
    namespace.parent.mkdir(parents=True, exist_ok=True)
    namespace.touch()
    run("unshare", f"--net={namespace}", "true")
    peer = ["peer", "name", "eth0", "address", mac, "netns", str(namespace)]
    run("ip", "link", "add", _cable(uuid), "master", BRIDGE, "up", "type", "veth", *peer)
    inside = ["nsenter", f"--net={namespace}", "ip"]
    run(*inside, "link", "set", "lo", "up")
    if address:
        run(*inside, "address", "add", f"{address}/{subnet.network.prefixlen}", "dev", "eth0")
    run(*inside, "link", "set", "eth0", "up")
    if address:
        run(*inside, "route", "add", "default", "via", subnet.gateway)
    return namespace


def disconnect(uuid: str) -> None:
    """The machine's network namespace and cable are gone."""
    namespace = NAMESPACES / uuid
    if succeeds("ip", "link", "show", _cable(uuid)):
        run("ip", "link", "delete", _cable(uuid))  # the kernel would, but only in a while
    if namespace.exists():
        if _is_bound(namespace):
            run("umount", namespace)
        namespace.unlink()


def take_down() -> None:
    """The bridge and every cable and namespace of the lab's machines are gone."""
    for namespace in sorted(NAMESPACES.glob("*")):
        disconnect(namespace.name)
    for link in json.loads(run("ip", "-j", "link", "show", "type", "veth") or "[]"):
        if link.get("master") == BRIDGE:
            run("ip", "link", "delete", link["ifname"])
    if succeeds("ip", "link", "show", BRIDGE):
        run("ip", "link", "delete", BRIDGE)


def _cable(uuid: str) -> str:
    return f"slw{NAME}-{uuid[:8]}"[:15]  # the kernel takes no longer names


def _is_bound(namespace: Path) -> bool:
    return f" {namespace} " in Path("/proc/self/mountinfo").read_text()


def _free_network(routes: list[dict[str, str]]) -> ipaddress.IPv4Network:
    taken = [_network_of(route["dst"]) for route in routes if route["dst"] != "default"]
    for candidate in CANDIDATES:
        if not any(candidate.overlaps(network) for network in taken):
            return candidate
    raise LabError("Every subnet the lab could use (10.77.0.0/24 and on) is taken on this machine.")


def _network_of(destination: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(destination, strict=False)
