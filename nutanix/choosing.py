"""What new machines on a cluster get: searched in Prism as it is now, chosen by id and name."""

from collections.abc import Callable
from dataclasses import dataclass

from lib.errors import ServiceError
from lib.sizes import human
from nutanix.models import Cluster
from nutanix.prism import PrismClient
from nutanix.prism.types import ContainerInfo, ImageInfo, SubnetInfo

KINDS = ("subnet", "container", "image")
# A pick-list shows so many: one request to Prism Central for images, at most six for 500 subnets.
MOST = 50
# Names may contain one another: among so many the chosen one is looked for, in nine requests.
_LOOKED_AT = 900
_WITH_SPACE = 5
_WORDS = {"subnet": "Subnet", "container": "Storage container", "image": "Image"}

Found = SubnetInfo | ContainerInfo | ImageInfo


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One row of a pick-list. Names are not unique in Prism, so the id goes with it."""

    ext_id: str
    name: str
    told: str = ""

    @property
    def value(self) -> str:
        """Both in one, as a form sends it."""
        return f"{self.ext_id} {self.name}"

    @classmethod
    def of(cls, value: str) -> "Choice":
        ext_id, _, name = value.partition(" ")
        return cls(ext_id=ext_id, name=name)


def choices(cluster: Cluster, kind: str, term: str = "") -> list[Choice]:
    """The first 50 of that kind whose name contains `term`, asked for now. Raises PrismError."""
    with cluster.client() as client:
        client.session.repeats = 1  # a person waits for the answer
        return [_choice(each) for each in _search(client, cluster, kind, term, MOST)]


def choose_defaults(
    cluster: Cluster, *, subnet: str | Choice = "", container: str | Choice = "",
    image: str | Choice = "",
) -> Cluster:
    """Set what new machines get, each by name or choice. Raises ServiceError with all problems."""
    wanted = {"subnet": subnet, "container": container, "image": image}
    problems: list[str] = []
    with cluster.client() as client:
        client.session.repeats = 1
        for kind, what in wanted.items():
            try:
                if what:
                    take(cluster, kind, find(client, cluster, kind, what))
            except ServiceError as error:
                problems.append(error.message)
    if problems:
        raise ServiceError(
            " ".join(problems), advice="Read the cluster again, or choose from its page."
        )
    cluster.save()
    return cluster


def find(client: PrismClient, cluster: Cluster, kind: str, what: str | Choice) -> Choice:
    """The one that is meant, if Prism has it. Raises ServiceError when it is none, or not one."""
    name = what.name if isinstance(what, Choice) else what
    found = [_choice(each) for each in _search(client, cluster, kind, name, _LOOKED_AT)]
    if isinstance(what, Choice):
        matching = [each for each in found if each.ext_id == what.ext_id]
    else:
        matching = [each for each in found if each.name == name]
    if len(matching) == 1:
        return matching[0]
    told = "is not known" if not matching else f"exists {len(matching)} times"
    raise ServiceError(f"{_WORDS[kind]} “{name}” {told} on {cluster}.")


def take(cluster: Cluster, kind: str, choice: Choice | None) -> None:
    """Set the default of that kind; the row is not saved yet."""
    setattr(cluster, f"default_{kind}_ext_id", choice.ext_id if choice else "")
    setattr(cluster, f"default_{kind}_name", choice.name if choice else "")


def choose_the_only_ones(cluster: Cluster, client: PrismClient) -> None:
    """Where there is nothing to choose, nobody is asked."""
    for kind in KINDS:
        if getattr(cluster, f"default_{kind}_ext_id"):
            continue
        found = _search(client, cluster, kind, "", 2)
        if len(found) == 1:
            take(cluster, kind, _choice(found[0]))


def _search(
    client: PrismClient, cluster: Cluster, kind: str, term: str, most: int
) -> list[Found]:
    look: dict[str, Callable[[], list[Found]]] = {
        "subnet": lambda: client.subnets(cluster.ext_id, term, most=most),
        "image": lambda: client.images(cluster.ext_id, term, most=most),
        "container": lambda: _containers(client, cluster, term)[:most],
    }
    return look[kind]()


def _containers(client: PrismClient, cluster: Cluster, term: str) -> list[ContainerInfo]:
    """Free space is asked for one by one: shown as long as there are few."""
    found = client.containers(cluster.ext_id, term, with_space=False)
    if len(found) > _WITH_SPACE:
        return found
    return client.containers(cluster.ext_id, term)


def _choice(found: Found) -> Choice:
    told = found.name
    if isinstance(found, ImageInfo) and found.size_bytes:
        told = f"{found.name} · {human(found.size_bytes)}"
    elif isinstance(found, ContainerInfo) and found.free_bytes is not None:
        told = f"{found.name} · {human(found.free_bytes)} free"
    elif isinstance(found, SubnetInfo):
        parts = [found.name, found.network or f"VLAN {found.vlan}"]
        if found.free_addresses is not None:
            parts.append(f"{found.free_addresses} addresses free")
        told = " · ".join(parts)
    return Choice(ext_id=found.ext_id, name=found.name, told=told)
