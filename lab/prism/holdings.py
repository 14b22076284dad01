"""What a simulated cluster holds, as tests and the lab see and change it from the inside."""

from lab.prism import addresses, furnishing, machines, volumes
from lab.prism.call import Prism
from lab.prism.entities import Nic, Vm, VolumeGroup
from lab.prism.identity import ApiKey, User
from lab.prism.inventory import Cluster, Container, Host, Image, Subnet
from lab.prism.tasks import Task


class Holdings:
    """Entities by id, the usual ones by name, and ways to add or lose some without a call."""

    def __init__(self, prism: Prism) -> None:
        self._prism = prism
        self.state, self.tasks, self.door = prism.state, prism.tasks, prism.door
        self.hypervisor, self.knobs = prism.hypervisor, prism.knobs
        self.faults, self.journal = prism.faults, prism.journal

    @property
    def vms(self) -> dict[str, Vm]:
        return self.state.vms

    @property
    def volume_groups(self) -> dict[str, VolumeGroup]:
        return self.state.volume_groups

    @property
    def images(self) -> dict[str, Image]:
        return self.state.images

    @property
    def subnets(self) -> dict[str, Subnet]:
        return self.state.subnets

    @property
    def hosts(self) -> dict[str, Host]:
        return self.state.hosts

    @property
    def cluster(self) -> Cluster:
        """The AHV cluster."""
        return self.state.cluster

    @property
    def container(self) -> Container:
        """The container for disks."""
        return next(each for each in self.state.containers.values() if not each.internal)

    @property
    def image(self) -> Image:
        """The image from which hosts are made."""
        return next(iter(self.state.images.values()))

    @property
    def subnet(self) -> Subnet:
        """The network of the VMs."""
        return next(iter(self.state.subnets.values()))

    def add_user(self, name: str, password: str, *, denied: set[str] = frozenset()) -> User:
        """One more user; `denied` names namespaces such as "volumes", "v2", or "*" for all."""
        user = User(name, password, denied=set(denied))
        self._prism.door.users[name] = user
        return user

    def add_api_key(
        self, secret: str, *, denied: set[str] = frozenset(), state: str = "VALID"
    ) -> ApiKey:
        """A key of a service account; its `state` may be changed later."""
        keys = self._prism.door.keys
        keys[secret] = ApiKey(User(f"service-account-{len(keys) + 1}", denied=set(denied)), state)
        return keys[secret]

    def add_image(self, name: str, **fields: object) -> Image:
        """One more image, on the AHV cluster."""
        return furnishing.add_image(self.state, name, clusters=[self.cluster.uuid], **fields)

    def add_cluster(self, name: str, *, nodes: int = 3) -> Cluster:
        """One more AHV cluster behind the same Prism Central."""
        return furnishing.add_cluster(self.state, name, functions=["AOS"], nodes=nodes)

    def add_subnet(self, subnet: Subnet, cluster: Cluster | None = None) -> Subnet:
        """One more network."""
        return furnishing.add_subnet(self.state, subnet, cluster or self.cluster)

    def add_vm(self, name: str, **fields: object) -> Vm:
        """One more machine that somebody else made, off, with an address of the first network."""
        subnet = self.subnet
        address = addresses.assign(self.state, self.knobs, subnet, None)
        nic = Nic(
            uuid=self.state.new_uuid(),
            mac=self.state.new_mac(),
            subnet=subnet.uuid,
            address=address,
        )
        new = {"uuid": self.state.new_uuid(), "cluster": self.cluster.uuid, "nics": [nic]}
        vm = Vm(name=name, **(new | fields))
        self.hypervisor.define(
            uuid=vm.uuid, name=name, mac=nic.mac, address=address, user_data=b"", meta_data=b""
        )
        self.vms[vm.uuid] = vm
        return vm

    def lose_vm(self, uuid: str) -> None:
        """The VM goes behind everybody's back, without a task; its volume groups stay."""
        machines.forget(self._prism, self.vms[uuid])

    def lose_volume_group(self, uuid: str) -> None:
        """The volume group and its data go behind everybody's back."""
        volumes.forget(self._prism, self.volume_groups[uuid])

    def task_named(self, operation: str) -> Task | None:
        """The latest task of that operation."""
        found = [task for task in self.tasks.all.values() if task.operation == operation]
        return found[-1] if found else None
