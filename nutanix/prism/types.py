"""What Prism tells us and what we ask of it, in our words and units, whatever the API version."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class PrismFacts:
    """Who answers: `kind` is pc_v4 or pe_v2; `apis` is namespace → highest version in use."""

    kind: str
    name: str
    version: str
    apis: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ClusterInfo:
    """One AHV cluster. `fault_tolerance` is how many nodes may fail; None when unknown."""

    ext_id: str
    name: str
    version: str = ""
    nodes: int = 0
    read_only: bool = False
    fault_tolerance: int | None = None
    data_services_address: str = ""
    hypervisors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HAState:
    """Whether machines are started again elsewhere when a node dies (nutanix.md 2.3).

    `state` is one of: reserved (room is kept free for it), best_effort (where there is room),
    single_node (there is no elsewhere), troubled (reserved, but not healthy now), unknown.
    `said` is Prism's own word, `failures` how many nodes may fail.
    """

    state: str
    said: str = ""
    failures: int = 0


@dataclass(frozen=True, kw_only=True)
class ContainerInfo:
    """A storage container; bytes are None when Prism does not say."""

    ext_id: str
    name: str
    capacity_bytes: int | None = None
    free_bytes: int | None = None
    replication_factor: int | None = None


@dataclass(frozen=True, kw_only=True)
class ImageInfo:
    """A disk image. `ext_id` is what VMs are made from (on Prism Element a vm_disk_id); `uuid` is
    what the image itself is called in Prism. `sha256` is empty where Prism does not tell it."""

    ext_id: str
    name: str
    size_bytes: int = 0
    uuid: str = ""
    description: str = ""
    sha256: str = ""
    is_ready: bool = True


@dataclass(frozen=True, kw_only=True)
class ImageSpec:
    """An image that the cluster itself fetches from `url`; `container` is used by Prism Element
    alone, the checksum by Prism Central alone (nutanix.md 2.5)."""

    name: str
    mark: str
    cluster: str
    container: str
    url: str
    sha256: str = ""
    # Only with a checksum, which then is the proof; Prism Element knows no such switch.
    any_certificate: bool = False


@dataclass(frozen=True, kw_only=True)
class SubnetInfo:
    """A network; `managed` means that Prism hands out addresses there."""

    ext_id: str
    name: str
    managed: bool = False
    vlan: int | None = None
    network: str = ""
    free_addresses: int | None = None


@dataclass(frozen=True, kw_only=True)
class VMSpec:
    """A machine to be made: sizes in MiB and GiB, `user_data` in plain text (never logged).

    `address` only on a subnet whose addresses Prism manages; empty: Prism takes a free one.
    """

    name: str
    mark: str
    cluster: str
    subnet: str
    image: str
    cpus: int
    memory_mib: int
    disk_gib: int
    user_data: str = field(repr=False)
    host_name: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class VM:
    """A machine as Prism shows it; `address` is empty until one is known.

    `volume_groups` are the ids of those attached to it, told by `vms` on both kinds of Prism.
    """

    ext_id: str
    name: str
    description: str = ""
    is_on: bool = False
    address: str = ""
    has_nic: bool = True
    cpus: int = 0
    memory_mib: int = 0
    volume_groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VolumeDisk:
    """A disk of a volume group; `container` is the id of its storage container."""

    ext_id: str
    size_bytes: int
    index: int = 0
    container: str = ""


@dataclass(frozen=True, kw_only=True)
class VolumeGroup:
    """A group of disks that moves between machines as one.

    `attached_to` (ids of machines) and `clients` (iSCSI initiators, by what Prism calls them) are
    known from get_volume_group, not from find; `attached_to` from a list only where Prism tells it
    there.
    """

    ext_id: str
    name: str
    description: str = ""
    attached_to: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """How far Prism's task is. `entities` are (kind, id): "vm", "volume_group", "disk" …"""

    ref: str
    status: str
    progress: int = 0
    message: str = ""
    code: str = ""
    group: str = ""
    entities: tuple[tuple[str, str], ...] = ()

    @property
    def succeeded(self) -> bool:
        return self.status == "succeeded"

    @property
    def failed(self) -> bool:
        """Over without success. The percentage says nothing: failed tasks show 100 too."""
        return self.status in ("failed", "canceled")

    @property
    def is_stale(self) -> bool:
        """The object changed between our look and our call: look and call again."""
        return self.failed and (self.group == "VM_ETAG_MISMATCH" or self.code == "VMM-30303")

    def entity(self, kind: str) -> str:
        """The id of the first object of that kind; empty when the task names none."""
        return next((ext_id for found, ext_id in self.entities if found == kind), "")
