"""The one place that keeps what the simulated cluster holds."""

import random
import threading
import uuid

from lab.prism.entities import Vm, VolumeGroup
from lab.prism.inventory import Category, Cluster, Container, Host, Image, Policy, Subnet


class State:
    """All entities by id. Hold `lock` while reading or changing more than one thing."""

    def __init__(self, seed: int | None) -> None:
        self.lock = threading.RLock()
        self.clusters: dict[str, Cluster] = {}
        self.hosts: dict[str, Host] = {}
        self.containers: dict[str, Container] = {}
        self.images: dict[str, Image] = {}
        self.subnets: dict[str, Subnet] = {}
        self.categories: dict[str, Category] = {}
        self.policies: dict[str, Policy] = {}
        self.vms: dict[str, Vm] = {}
        self.volume_groups: dict[str, VolumeGroup] = {}
        self._random = random.Random(seed)  # noqa: S311 - repeatable ids, not secrets

    def new_uuid(self) -> str:
        """An id; the same sequence for the same seed."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def new_mac(self) -> str:
        """A hardware address with Nutanix' prefix."""
        tail = [self._random.randrange(256) for _ in range(3)]
        return "50:6b:8d:" + ":".join(f"{byte:02x}" for byte in tail)

    @property
    def cluster(self) -> Cluster:
        """The first AHV cluster: the one that Prism Element would be."""
        return next(each for each in self.clusters.values() if not each.is_prism_central)
