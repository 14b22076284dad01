"""The part of the checklist that makes one small machine and one small volume group, and deletes
them; only when asked for."""

from typing import Any
from uuid import uuid4

from lib.sizes import GIB
from nutanix.first_contact.contact import Contact
from nutanix.prism.errors import PrismError
from nutanix.prism.types import ClusterInfo

MARK = "Slipway first contact; may be deleted"


def write(contact: Contact, cluster: ClusterInfo) -> None:
    """Whatever happens in between, what was made is deleted, or named when it could not be."""
    name = f"slipway-first-contact-{uuid4().hex[:8]}"
    try:
        _machine(contact, cluster, name)
        _volume_group(contact, cluster, name)
    except PrismError as error:
        contact.found("–", f"Stopped: {error.message}")
    finally:
        _clean_up(contact, cluster, name)


def _machine(contact: Contact, cluster: ClusterInfo, name: str) -> None:
    """Asked for with power ON, twice under one request id; then switched in odd ways."""
    client, request_id = contact.client, str(uuid4())
    method, path, body = _create(contact, cluster, name, request_id)
    first = contact.ask("6", "Create with power ON", method, path, body=body,
                        request_id=request_id)
    if first is None or not first.ok:
        return
    contact.await_task(_ref(first))
    again = contact.ask("2", "The same request id again", method, path, body=body,
                        request_id=request_id)
    if again is not None and again.ok:
        contact.found("2", f"The same task: {_ref(again) == _ref(first)}")
        contact.await_task(_ref(again))
    made = client.vms_named(name, cluster.ext_id)
    contact.found("2", f"Machines of that name: {len(made)}")
    vm = made[0].ext_id
    contact.found("6", f"Power after create: {'ON' if client.get_vm(vm).is_on else 'OFF'}")
    if client.kind == "pc_v4":
        action = f"{path}/{vm}/$actions/power-on"
        for question, what, etag in (
            ("1", "Power on without If-Match", ""), ("1", "Power on with a stale If-Match", "x:1"),
        ):
            contact.ask(question, what, "POST", action, etag=etag, request_id=str(uuid4()))
    contact.change("6", "Power on", lambda id_: client.power_on(vm, request_id=id_))
    contact.change("6", "Power on again", lambda id_: client.power_on(vm, request_id=id_))


def _volume_group(contact: Contact, cluster: ClusterInfo, name: str) -> None:
    """Made twice under one name, attached, deleted while attached, detached."""
    client = contact.client
    containers = client.containers(cluster.ext_id)
    vms = client.vms_named(name, cluster.ext_id)
    if not containers or not vms:
        return
    for what in ("Create a volume group", "The same name again"):
        contact.change("7", what, lambda id_: client.create_volume_group(
            name, cluster=cluster.ext_id, mark=MARK, request_id=id_
        ))
    group = client.find_volume_group(name)
    if group is None:
        return
    vm, ext_id = vms[0].ext_id, group.ext_id
    contact.change("8", "Add a disk", lambda id_: client.add_disk(
        ext_id, container=containers[0].ext_id, size_bytes=GIB, request_id=id_
    ))
    contact.change("7", "Attach", lambda id_: client.attach(ext_id, vm, request_id=id_))
    contact.change(
        "7", "Delete while attached",
        lambda id_: client.delete_volume_group(ext_id, request_id=id_),
    )
    contact.change("8", "Detach", lambda id_: client.detach(ext_id, vm, request_id=id_))


def _clean_up(contact: Contact, cluster: ClusterInfo, name: str) -> None:
    client = contact.client
    try:
        groups = [e for e in client.volume_groups(cluster.ext_id) if e.name == name]
        for vm in client.vms_named(name, cluster.ext_id):
            for each in groups:
                if vm.ext_id in client.get_volume_group(each.ext_id).attached_to:
                    contact.change("–", "Detach", lambda id_, g=each, v=vm: client.detach(
                        g.ext_id, v.ext_id, request_id=id_))
            contact.change("–", "Delete the machine", lambda id_, v=vm: client.delete_vm(
                v.ext_id, request_id=id_))
        for each in groups:
            contact.change("–", "Delete the volume group",
                           lambda id_, g=each: client.delete_volume_group(
                               g.ext_id, request_id=id_))
        left = len(client.vms_named(name, cluster.ext_id))
    except PrismError as error:
        contact.found("–", f"Look for {name} in Prism and delete it: {error.message}")
        return
    if left:
        contact.found("–", f"Delete {name} in Prism: {left} machines of that name are left")


def _create(
    contact: Contact, cluster: ClusterInfo, name: str, request_id: str
) -> tuple[str, str, dict[str, Any]]:
    """A machine of 1 GiB without disk and card."""
    if contact.client.kind == "pc_v4":
        minor = contact.client.v4.minor("vmm")
        return "POST", f"/api/vmm/v4.{minor}/ahv/config/vms", {
            "name": name, "description": MARK, "numSockets": 1, "numCoresPerSocket": 1,
            "memorySizeBytes": GIB, "cluster": {"extId": cluster.ext_id}, "powerState": "ON",
        }
    return "POST", "/PrismGateway/services/rest/v2.0/vms/", {
        "uuid": request_id, "name": name, "description": MARK, "memory_mb": 1024, "num_vcpus": 1,
        "num_cores_per_vcpu": 1,
    }


def _ref(answer: Any) -> str:
    body = answer.json() or {}
    return str((body.get("data") or {}).get("extId") or body.get("task_uuid") or "")
