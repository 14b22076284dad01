"""A running Prism simulator, a caller for it, machines and volume groups."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.prism import PrismSimulator
from tests.lab.prism.bodies import vm_body
from tests.lab.prism.caller import Caller
from tests.lab.prism.element import REST, done
from tests.lab.prism.element import vm_body as element_vm_body


@pytest.fixture
def sim() -> Iterator[PrismSimulator]:
    with PrismSimulator() as running:
        yield running


@pytest.fixture
def ca_file(sim: PrismSimulator, tmp_path: Path) -> Path:
    path = tmp_path / "prism-ca.pem"
    path.write_text(sim.ca_pem)
    return path


@pytest.fixture
def call(sim: PrismSimulator, ca_file: Path) -> Iterator[Caller]:
    caller = Caller(sim, ca_file)
    yield caller
    caller.session.close()


@pytest.fixture
def vm(sim: PrismSimulator, call: Caller) -> str:
    """The id of a machine that is off."""
    return call.done(call("POST", "/api/vmm/v4.3/ahv/config/vms", json=vm_body(sim)))


@pytest.fixture
def group(sim: PrismSimulator, call: Caller) -> str:
    """The id of a volume group with one disk of 1 GiB."""
    body = {"name": "harbor-registry", "clusterReference": sim.cluster.uuid}
    group = call.done(call("POST", "/api/volumes/v4.3/config/volume-groups", json=body))
    disk = {
        "diskSizeBytes": 1024**3,
        "diskDataSourceReference": {
            "extId": sim.container.uuid,
            "entityType": "STORAGE_CONTAINER",
        },
    }
    url = f"/api/volumes/v4.3/config/volume-groups/{group}/disks"
    call.done(call("POST", url, json=disk))
    return group


@pytest.fixture
def element(sim: PrismSimulator) -> None:
    """This Prism is a Prism Element."""
    sim.knobs.role = "pe"


@pytest.fixture
def machine(element: None, sim: PrismSimulator, call: Caller) -> str:
    return done(call, call("POST", f"{REST}/vms/", json=element_vm_body(sim)))


@pytest.fixture
def volumes(element: None, sim: PrismSimulator, call: Caller) -> str:
    spec = {"container_uuid": sim.container.uuid, "size_mb": 1024}
    body = {"name": "harbor-registry", "disk_list": [{"create_spec": spec}]}
    return done(call, call("POST", f"{REST}/volume_groups", json=body))
