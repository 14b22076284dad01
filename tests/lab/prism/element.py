"""Request bodies and tasks of Prism Element v2.0."""

import requests

from lab.prism import PrismSimulator
from tests.lab.prism.bodies import GIB, USER_DATA
from tests.lab.prism.caller import Caller

REST = "/PrismGateway/services/rest/v2.0"
CONFIG = {"include_vm_nic_config": "true", "include_vm_disk_config": "true"}


def task_of(call: Caller, answer: requests.Response) -> dict:
    """The task that a change promised."""
    assert answer.status_code == 201, answer.text
    return call.get(f"{REST}/tasks/{answer.json()['task_uuid']}")


def done(call: Caller, answer: requests.Response) -> str:
    """The id of the first entity of a task that must have succeeded."""
    task = task_of(call, answer)
    assert task["progress_status"] == "Succeeded", task["meta_response"]
    return task["entity_list"][0]["entity_id"]


def vm_body(sim: PrismSimulator, **changes: object) -> dict:
    """A machine from an image with one card and plain user data."""
    address = {"device_bus": "scsi", "device_index": 0}
    clone = {
        "disk_address": {"vmdisk_uuid": sim.image.vm_disk},
        "minimum_size": 40 * GIB,
    }
    body = {
        "name": "harbor-01",
        "memory_mb": 8192,
        "num_vcpus": 2,
        "vm_disks": [{"is_cdrom": False, "disk_address": address, "vm_disk_clone": clone}],
        "vm_nics": [{"network_uuid": sim.subnet.uuid}],
        "vm_customization_config": {
            "datasource_type": "CONFIG_DRIVE_V2",
            "userdata": USER_DATA.decode(),
        },
    }
    return body | changes
