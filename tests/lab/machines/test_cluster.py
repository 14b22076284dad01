"""A program that talks to Prism gets real machines with real disks."""

import pytest

from lab.control import Lab
from tests.lab.machines.guest import credentials_for, engine_over_tls, eventually, ping
from tests.lab.prism.bodies import cloud_init, vm_body
from tests.lab.prism.caller import Caller

pytestmark = pytest.mark.lab

VMS = "/api/vmm/v4.3/ahv/config/vms"
GROUPS = "/api/volumes/v4.3/config/volume-groups"
GIB = 2**30


@pytest.fixture
def prism(machines, tmp_path):
    """A client of the lab's Prism that trusts its authority."""
    ca_file = tmp_path / "prism-ca.pem"
    ca_file.write_text(machines.prism.ca_pem)
    return Patient(machines.prism, ca_file)


class Patient(Caller):
    """Waits for tasks: in the lab they take time."""

    def done(self, answer):
        assert answer.status_code == 202, answer.text
        url = f"/api/prism/v4.0/config/tasks/{answer.json()['data']['extId']}"
        over = ("SUCCEEDED", "FAILED", "CANCELED")
        eventually(lambda: self.get(url)["data"]["status"] in over, "the task ends")
        task = self.get(url)["data"]
        assert task["status"] == "SUCCEEDED", task
        return task["entitiesAffected"][0]["extId"]


def test_from_an_api_call_to_an_engine_with_a_disk(machines, prism, tmp_path):
    address = machines.subnet.pool[0]
    credentials = credentials_for(address)
    document = engine_over_tls(credentials)
    body = vm_body(machines.prism, guestCustomization=cloud_init(document, b""))
    vm = prism.done(prism("POST", VMS, json=body))
    assert not machines.hypervisor.is_on(vm)
    assert machines.hypervisor.machines[vm].user_data == document
    assert machines.hypervisor.machines[vm].address == address

    prism.done(prism.act(vm, "power-on"))

    def answered():
        try:
            return ping(address, credentials, tmp_path)
        except OSError:
            return None

    assert eventually(answered, "the engine answers") == "OK"
    shown = prism.get(f"{VMS}/{vm}")["data"]
    assert shown["powerState"] == "ON"

    group = prism.done(prism("POST", GROUPS, json=group_body(machines.prism)))
    prism.done(prism("POST", f"{GROUPS}/{group}/$actions/attach-vm", json={"extId": vm}))
    disk = prism.get(f"{GROUPS}/{group}/disks")["data"][0]["extId"]

    by_id = f"/dev/disk/by-id/scsi-SNUTANIX_VDISK_{disk}"
    size = Lab.connect().inside(vm, "blockdev", "--getsize64", by_id)
    assert size.stdout.strip() == str(GIB), size.stderr

    prism.done(prism.act(vm, "power-off"))
    assert not machines.hypervisor.is_on(vm)
    etag = prism("GET", f"{VMS}/{vm}").headers["ETag"]
    prism.done(prism("DELETE", f"{VMS}/{vm}", headers={"If-Match": etag}))
    assert vm not in machines.hypervisor.machines


def group_body(sim):
    """A volume group with one disk of a GiB."""
    return {
        "name": "harbor-registry",
        "clusterReference": sim.cluster.uuid,
        "disks": [
            {
                "diskSizeBytes": GIB,
                "diskDataSourceReference": {
                    "extId": sim.container.uuid,
                    "entityType": "STORAGE_CONTAINER",
                },
            }
        ],
    }
