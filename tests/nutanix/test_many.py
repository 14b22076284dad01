"""A large site: 1,000 machines, 5,000 images, 500 subnets. No question asks Prism too often."""

import pytest

from hosts.comparing import compare_hosts
from hosts.models import DockerHost
from hosts.services import plan_host
from lab.prism import Knobs, PrismSimulator, Subnet
from lab.prism.furnishing import add_container
from nutanix.choosing import choices
from nutanix.models import Cluster, Prism

pytestmark = pytest.mark.django_db
MACHINES, IMAGES, SUBNETS, CONTAINERS = 1_000, 5_000, 500, 40


@pytest.fixture(scope="module")
def site():
    network = {"network": "10.0.0.0/16", "pool": ("10.0.1.0", "10.0.5.0")}
    with PrismSimulator(subnet=Subnet(**network), knobs=Knobs()) as prism:
        for number in range(IMAGES):
            prism.add_image(f"image-{number:04}")
        for number in range(SUBNETS - 1):
            prism.add_subnet(Subnet(name=f"vlan-{number:03}", vlan=number, **network))
        for number in range(CONTAINERS):
            add_container(prism.state, prism.cluster, f"container-{number:02}")
        for number in range(MACHINES):
            prism.add_vm(f"machine-{number:04}", nics=[])
        yield prism


@pytest.fixture(params=["pc_v4", "pe_v2"])
def cluster(request, site):
    site.knobs.role = "pc" if request.param == "pc_v4" else "pe"
    prism = Prism.objects.create(
        name="site", kind=request.param, address=site.url, username=site.username,
        password=site.password, ca_pem=site.ca_pem,
    )
    cluster = Cluster.objects.create(
        prism=prism, name=site.cluster.name, ext_id=site.cluster.uuid,
    )
    site.journal.clear()
    return cluster


@pytest.mark.parametrize(
    ("kind", "term", "found"),
    [
        ("image", "", 50), ("image", "image-", 50), ("image", "image-4321", 1),
        ("image", "nobody", 0), ("subnet", "", 50), ("subnet", "vlan-49", 9),
        ("subnet", "vlan-499", 0), ("container", "", 41), ("container", "container-07", 1),
    ],
)
def test_a_pick_list_answers_in_under_ten_requests(site, cluster, kind, term, found):
    shown = choices(cluster, kind, term)

    assert len(shown) == found
    assert all(term in each.name for each in shown)
    assert len(site.journal) < 10


def test_five_hundred_hosts_are_compared_in_as_few_requests_as_there_are_pages(site, cluster):
    for vm in list(site.vms.values())[:500]:
        host = plan_host(name=vm.name, cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
        host.record(vm_ext_id=vm.uuid, state=DockerHost.State.READY)

    with cluster.client() as client:
        compared = compare_hosts(cluster.prism, client)

    assert len(compared) == 500
    asked = [entry for entry in site.journal if entry.method == "GET"]
    assert len(asked) == (12 if cluster.prism.kind == "pc_v4" else 2)
