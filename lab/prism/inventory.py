"""What a cluster offers: hosts, containers, images, subnets, categories, policies."""

import ipaddress
from dataclasses import dataclass, field

from lab.prism.entities import Entity


@dataclass(kw_only=True)
class Cluster(Entity):
    """An AHV cluster, or Prism Central itself, which the cluster list also shows."""

    functions: list[str] = field(default_factory=lambda: ["AOS"])
    aos_version: str = "7.3"
    address: str = "192.0.2.40"
    data_services_address: str = "192.0.2.41"
    name_servers: list[str] = field(default_factory=lambda: ["192.0.2.2"])
    redundancy_factor: int = 2
    fault_tolerance: int = 1
    operation_mode: str = "NORMAL"

    @property
    def is_prism_central(self) -> bool:
        return "PRISM_CENTRAL" in self.functions


@dataclass(kw_only=True)
class Host(Entity):
    """A hypervisor node."""

    cluster: str
    address: str
    controller_address: str
    cores: int = 32
    memory_bytes: int = 256 * 1024**3
    state: str = "ACROPOLIS_NORMAL"
    connection: str = "CONNECTED"
    node_status: str = "NORMAL"
    maintenance_state: str = "normal"


@dataclass(kw_only=True)
class Container(Entity):
    """A storage container; `used_bytes` may be set by a test to fill it."""

    cluster: str
    capacity_bytes: int = 4 * 1024**4
    used_bytes: int = 0
    internal: bool = False
    marked_for_removal: bool = False
    replication_factor: int = 2

    @property
    def free_bytes(self) -> int:
        return max(0, self.capacity_bytes - self.used_bytes)


@dataclass(kw_only=True)
class Image(Entity):
    """A disk image or ISO of the image service."""

    type: str = "DISK_IMAGE"
    size_bytes: int = 2 * 1024**3
    clusters: list[str] = field(default_factory=list)
    vm_disk: str = ""
    source_url: str = ""
    checksum: str = ""
    any_certificate: bool = False
    active: bool = True


@dataclass(kw_only=True)
class Subnet(Entity):
    """A network of the cluster; with `managed` Prism itself hands out addresses (IPAM)."""

    name: str = "lab"
    cluster: str = ""
    network: str = "192.0.2.0/24"
    gateway: str = "192.0.2.1"
    pool: tuple[str, str] = ("192.0.2.50", "192.0.2.99")
    dns: list[str] = field(default_factory=lambda: ["192.0.2.1"])
    domain: str = "lab.test"
    vlan: int = 0
    type: str = "VLAN"
    managed: bool = True

    @property
    def prefix_length(self) -> int:
        return ipaddress.ip_network(self.network).prefixlen


@dataclass(kw_only=True)
class Category(Entity):
    """A key and a value by which entities are grouped."""

    key: str
    value: str
    type: str = "USER"


@dataclass(kw_only=True)
class Policy(Entity):
    """A VM anti-affinity policy: VMs of these categories keep apart."""

    categories: list[str] = field(default_factory=list)
