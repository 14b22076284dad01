"""Request bodies as the documentation shows them (nutanix.md 2.8)."""

import base64

from lab.prism import PrismSimulator

AHV = "vmm.v4.ahv.config"
GIB = 1024**3
USER_DATA = b"#cloud-config\nhostname: harbor-01\n# \xe2\x9c\x93\n"
META_DATA = b'{"hostname": "harbor-01"}'


def vm_body(sim: PrismSimulator, **changes: object) -> dict:
    """A machine with an image disk, one card of the new form and cloud-init."""
    body = {
        "name": "harbor-01",
        "numSockets": 2,
        "memorySizeBytes": 8 * GIB,
        "cluster": {"extId": sim.cluster.uuid},
        "disks": [image_disk(sim, 40 * GIB)],
        "nics": [new_nic(sim)],
        "guestCustomization": cloud_init(USER_DATA, META_DATA),
    }
    return body | changes


def image_disk(sim: PrismSimulator, size: int, image: str | None = None) -> dict:
    """A disk cloned from an image."""
    reference = {"$objectType": f"{AHV}.ImageReference", "imageExtId": image or sim.image.uuid}
    backing = {
        "$objectType": f"{AHV}.VmDisk",
        "diskSizeBytes": size,
        "dataSource": {"reference": reference},
    }
    return {"diskAddress": {"busType": "SCSI", "index": 0}, "backingInfo": backing}


def new_nic(sim: PrismSimulator, address: str | None = None) -> dict:
    """A card in the form of v4.1 and later."""
    config: dict = {"shouldAssignIp": True}
    if address:
        config["ipAddress"] = {"value": address, "prefixLength": 24}
    network = {
        "$objectType": f"{AHV}.VirtualEthernetNicNetworkInfo",
        "nicType": "NORMAL_NIC",
        "subnet": {"extId": sim.subnet.uuid},
        "ipv4Config": config,
    }
    backing = {"$objectType": f"{AHV}.VirtualEthernetNic", "isConnected": True}
    return {"nicBackingInfo": backing, "nicNetworkInfo": network}


def old_nic(sim: PrismSimulator) -> dict:
    """A card in the form that v4.0 knows."""
    return {
        "backingInfo": {"model": "VIRTIO", "isConnected": True},
        "networkInfo": {"nicType": "NORMAL_NIC", "subnet": {"extId": sim.subnet.uuid}},
    }


def cloud_init(user_data: bytes, meta_data: bytes) -> dict:
    """Guest customization with these very bytes."""
    script = {
        "$objectType": f"{AHV}.Userdata",
        "value": base64.b64encode(user_data).decode(),
    }
    config = {
        "$objectType": f"{AHV}.CloudInit",
        "datasourceType": "CONFIG_DRIVE_V2",
        "metadata": base64.b64encode(meta_data).decode(),
        "cloudInitScript": script,
    }
    return {"config": config}
