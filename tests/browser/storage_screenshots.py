"""Takes the pictures of hosts, volumes and Prism for docs/, in front of a simulated Prism."""

from uuid import uuid4

import pytest
from django.utils import timezone

from hosts.models import DockerHost, Volume
from lab.prism import PrismSimulator
from tests.browser.screenshots import _take
from tests.hosts.conftest import cluster_behind

pytestmark = pytest.mark.browser


@pytest.fixture
def cluster(page):
    with PrismSimulator() as prism:
        cluster = cluster_behind(prism.url, prism.ca_pem, prism.username, prism.password)
        with cluster.client() as client:
            for name, mark in (
                ("old-harbor-images", "before Slipway"), ("old-harbor-db", "before Slipway"),
                ("reg-09-registry", f"Slipway volume {uuid4()}"),
            ):
                client.create_volume_group(
                    name, cluster=cluster.ext_id, mark=mark, request_id=str(uuid4())
                )
        yield cluster


@pytest.fixture
def host(cluster):
    return DockerHost.objects.create(
        name="reg-01", cluster=cluster, address="192.0.2.21", state="ready", vm_ext_id="vm-1",
        docker_version="28.5.1", storage_driver="overlay2", last_seen_at=timezone.now(),
        differs=True, drift=[{"kind": "cpus", "has": 4, "instead": 2}],
    )


def test_take_hosts_and_volumes(page, cluster, host):
    found = {"TYPE": "xfs", "UUID": str(uuid4()), "LABEL": "harbor-images", "bytes": 107374182400}
    common = {"cluster": cluster, "role": "registry", "size_gib": 100, "filesystem": "xfs"}
    volume = Volume.objects.create(
        name="reg-01-registry", host=host, state="ready", claimed_by="1", used_percent=83,
        used_by="reg-01 (reg-01.example.com)", volume_group_ext_id="vg-1",
        measured_at=timezone.now(), facts={"free_bytes": 18253611008}, **common,
    )
    foreign = Volume.objects.create(
        name="reg-02-registry", host=host, state="detached", kept=True,
        volume_group_ext_id="vg-2", facts={"foreign": True, "found": found}, **common,
    )
    pages = {
        "host": f"/admin/hosts/dockerhost/{host.pk}/change/",
        "volume": f"/admin/hosts/volume/{volume.pk}/change/",
        "prism-connect": "/admin/nutanix/prism/connect/",
        "leftovers": "/admin/hosts/dockerhost/leftovers/",
        "volume-adopt": "/admin/hosts/volume/adopt/",
        "volume-found": f"/admin/hosts/volume/{foreign.pk}/act/confirm/",
    }
    for name, address in pages.items():
        _take(page, f"{name}-light", address)
