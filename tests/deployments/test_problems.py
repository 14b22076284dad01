"""What Prism and an existing machine lack is told before anything is made, all of it at once."""

from time import time

import pytest

from deployments import services
from deployments.configuration import LAYOUT
from deployments.problems import problems_with_machine
from hosts.engine.containers import FoundContainer, Result
from hosts.engine.images import FoundImage
from hosts.models import Volume
from hosts.services import plan_volumes
from hosts.sockets import listening_in
from hosts.tool_image import image_id
from lab.prism import PrismSimulator
from nutanix.models import Prism
from nutanix.services import read_clusters
from tests.deployments.rows import make_host, make_instance, make_release

pytestmark = pytest.mark.django_db
GIB = 1024**3
TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt
   0: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100007F:1F90 0100007F:9C4A 01 00000000:00000000 00:00000000 00000000     0        0 2
"""


@pytest.fixture
def prism():
    with PrismSimulator() as simulator:
        yield simulator


@pytest.fixture
def cluster(prism):
    row = Prism.objects.create(
        name="lab", address=prism.url, ca_pem=prism.ca_pem, username=prism.username,
        password=prism.password,
    )
    return read_clusters(row)[0]


def told(instance) -> str:
    return "\n".join(services.check_everything(instance))


def test_a_cluster_with_room_has_no_problem(cluster):
    assert "cluster" not in told(make_instance(cluster=cluster))


def test_everything_that_the_cluster_lacks_is_told_at_once(prism, cluster):
    prism.container.used_bytes = prism.container.capacity_bytes - 50 * GIB
    prism.subnet.pool = ("192.0.2.50", "192.0.2.49")
    prism.images.clear()

    problems = told(make_instance(cluster=cluster))

    assert "has 50 GiB free; machine and volumes need 157 GiB" in problems
    assert "is gone from Prism" in problems
    assert "no free address" in problems


def test_volumes_that_are_there_need_no_room_again(prism, cluster):
    prism.container.used_bytes = prism.container.capacity_bytes - 50 * GIB
    host = make_host(cluster=cluster)
    instance = make_instance(cluster=None, host=host)
    plan_volumes(
        claimed_by=str(instance.uuid), prefix="acme", backend="volume_group", host=host,
        sizes={"registry": 100, "database": 10, "redis": 2, "jobservice": 5}, cluster=cluster,
    )
    Volume.objects.update(disk_ext_id="made")

    assert "free" not in told(instance)


def test_a_cluster_of_a_single_node_answers_too(prism):
    prism.knobs.role = "pe"
    row = Prism.objects.create(
        name="pe", kind="pe_v2", address=prism.url, ca_pem=prism.ca_pem,
        username=prism.username, password=prism.password,
    )
    [cluster] = read_clusters(row)
    prism.container.used_bytes = prism.container.capacity_bytes - 50 * GIB

    assert "has 50 GiB free" in told(make_instance(cluster=cluster))


def test_the_kernels_table_tells_who_listens():
    assert listening_in(TABLE) == {443}


class Machine:
    """What an engine says about a machine; programs of the host answer from `says`."""

    name = "old-host"

    def __init__(self, **says: object) -> None:
        self.says = {
            "cat": TABLE.replace("01BB", "0016"), "stat": "4096 99999999 99999999 xfs",
            "date": None, "info": {}, "names": {}, "files": {},
        } | says

    def info(self) -> dict:
        return {
            "Architecture": "x86_64", "ServerVersion": "28.5.1", "NCPU": 4, "MemTotal": 8 * GIB,
        } | self.says["info"]

    def containers(self, project: str) -> list[str]:
        return [name for name, (owner, *_) in self.says["names"].items() if owner == project]

    def all_containers(self) -> list[FoundContainer]:
        return [FoundContainer(name=n, published_ports=p) for n, (_, p, _) in
                self.says["names"].items()]

    def inspect(self, name: str) -> dict:
        return {"Mounts": [{"Name": self.says["names"][name][2]}]}

    def get_files(self, folder: str, paths: object) -> dict:
        return self.says["files"]

    def find_image(self, reference: str) -> FoundImage:
        return FoundImage(image_id(), [], [])

    def run_once(self, image: str, command: list[str], **_: object) -> Result:
        said = self.says[command[0]]
        return Result(0, str(time()) if said is None else said)


def local(**changes):
    release = make_release(archive_size=60 * 1024**2)
    return make_instance(
        host=make_host(), cluster=None, storage="local", release=release, **changes
    )


def harbor(volume: str) -> dict:
    """The containers of a Harbor that keeps its images in that volume."""
    return {
        "registry": (LAYOUT.project, [], volume), "nginx": (LAYOUT.project, [443], ""),
    }


def test_a_good_machine_has_no_problem():
    assert problems_with_machine(local(), Machine()) == []


def test_everything_that_a_machine_lacks_is_told_at_once():
    machine = Machine(
        info={"Architecture": "aarch64", "ServerVersion": "19.03.1", "NCPU": 1, "MemTotal": GIB,
              "SecurityOptions": ["name=userns"]},
        stat="4096 99999 2560000 nfs", cat=TABLE, date="1000000000.0",
        names={"redis": ("theirs", [80], "")},
        files={"harbor.yml": b"# theirs\nhostname: other.example.com\n"},
    )

    problems = "\n".join(problems_with_machine(local(), machine))

    for words in (
        "aarch64", "19.03.1 is too old", "has 1 CPU", "1.0 GiB of memory", "maps users",
        "network file system (nfs)", "9.8 GiB free in /var/lib/docker", "clock of old-host",
        "named redis", "Port 80 is taken by the container redis",
        "Port 443 is taken by a program", "configuration of other.example.com",
    ):
        assert words in problems


def test_what_an_earlier_attempt_left_is_ours():
    instance = local()
    plan_volumes(
        claimed_by=str(instance.uuid), prefix="acme", backend="local", host=instance.host,
        sizes={"registry": 1},
    )

    assert problems_with_machine(instance, Machine(names=harbor("acme-registry"), cat=TABLE)) == []


def test_another_harbor_of_the_same_project_is_not():
    machine = Machine(names=harbor("theirs"), cat=TABLE)

    problems = "\n".join(problems_with_machine(local(), machine))

    assert "is there another Harbor?" in problems
    assert "Port 443 is taken by the container nginx" in problems
