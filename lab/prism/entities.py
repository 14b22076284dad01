"""Machines and volume groups of the cluster, in neither v4's nor v2's spelling."""

import base64
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Entity:
    """Something with an id, a name and a version that each change increases."""

    uuid: str = ""
    name: str = ""
    description: str = ""
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    born: float = field(default_factory=time.monotonic)
    version: int = 1

    @property
    def etag(self) -> str:
        """The tag of this very version; opaque to clients."""
        return base64.b64encode(self.uuid.encode()).decode() + f":{self.version}"

    @property
    def age(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self.born

    def touch(self) -> None:
        """Note that the entity changed: a new version, a new ETag."""
        self.version += 1
        self.updated = now()


@dataclass(kw_only=True)
class Disk:
    """A disk of a VM itself: cloned from an image, empty, or the cloud-init CD-ROM."""

    uuid: str
    kind: str = "disk"  # disk | cdrom
    bus: str = "SCSI"
    index: int = 0
    size_bytes: int = 0
    container: str = ""
    image: str = ""

    @property
    def is_data_disk(self) -> bool:
        return self.kind == "disk" and not self.image


@dataclass(kw_only=True)
class Nic:
    """A network card of a VM."""

    uuid: str
    mac: str
    subnet: str
    address: str | None = None
    wanted_address: str | None = None
    connected: bool = True


@dataclass(kw_only=True)
class Vm(Entity):
    """A virtual machine; whether it is on is the hypervisor's knowledge."""

    cluster: str
    sockets: int = 1
    cores_per_socket: int = 1
    memory_bytes: int = 1024**3
    boot: dict = field(default_factory=dict)
    machine_type: str = "PC"
    disks: list[Disk] = field(default_factory=list)
    nics: list[Nic] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    project: str = ""
    host: str = ""
    serial_ports: int = 0
    user_data: bytes = b""
    meta_data: bytes = b""
    no_address: bool = False
    wants_power: bool = False  # the create call asked for powerState ON
    powered_at: float | None = None  # monotonic; for addresses that come late


@dataclass(kw_only=True)
class VolumeDisk(Entity):
    """A disk of a volume group; its uuid is the vdisk uuid that a guest sees."""

    index: int
    size_bytes: int
    container: str


@dataclass(kw_only=True)
class VolumeGroup(Entity):
    """A group of disks that outlives the VMs to which it is attached."""

    cluster: str
    target_name: str = ""
    shared: bool = False
    disks: dict[str, VolumeDisk] = field(default_factory=dict)
    attachments: dict[str, int] = field(default_factory=dict)  # VM uuid: index
    iscsi_clients: dict[str, str] = field(default_factory=dict)  # client uuid: initiator
    usage: str = "USER"
