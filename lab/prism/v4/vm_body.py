"""Reads the body of a v4 VM create call (nutanix.md 2.8)."""

import base64
import binascii

from lab.prism.call import Call
from lab.prism.entities import Disk, Nic, Vm
from lab.prism.fields import Fields
from lab.prism.refusals import Refused

LONGEST_USERDATA = 128_000
LONGEST_METADATA = 32_000
KNOWN = frozenset(
    [
        "name",
        "description",
        "numSockets",
        "numCoresPerSocket",
        "numThreadsPerCore",
        "memorySizeBytes",
        "cluster",
        "machineType",
        "categories",
        "bootConfig",
        "disks",
        "nics",
        "cdRoms",
        "guestCustomization",
        "powerState",
        "gpus",
        "serialPorts",
        "isCpuPassthroughEnabled",
        "hardwareClockTimezone",
        "isAgentVm",
        "project",
        "projectExtId",
        "isCpuHotplugEnabled",
        "isVgaConsoleEnabled",
        "isBrandingEnabled",
    ]
)


def vm_from(call: Call) -> Vm:
    """The VM that the body describes; raises Invalid with everything that is wrong."""
    fields = Fields(call.json)
    if call.knobs.strict_bodies:
        fields.refuse_unknown(*KNOWN)
    vm = _sized(call, fields)
    _check_types(call, fields, "bootConfig")
    vm.disks = [_disk(call, fields, at, item) for at, item in enumerate(fields.items("disks"))]
    vm.nics = [_nic(call, fields, at, item) for at, item in enumerate(fields.items("nics"))]
    vm.user_data, vm.meta_data = _customization(call, fields)
    if vm.user_data:
        vm.disks.append(Disk(uuid=call.state.new_uuid(), kind="cdrom", bus="IDE"))
    fields.check()
    return vm


def _sized(call: Call, fields: Fields) -> Vm:
    return Vm(
        uuid=call.state.new_uuid(),
        name=fields.text("name", longest=80),
        description=fields.optional("description", ""),
        cluster=fields.text("cluster.extId"),
        sockets=fields.number("numSockets", low=1, high=240, usual=1),
        cores_per_socket=fields.number("numCoresPerSocket", low=1, high=240, usual=1),
        memory_bytes=fields.number("memorySizeBytes", low=64 * 1024**2, high=1024**5),
        machine_type=fields.optional("machineType", "PC"),
        boot=fields.optional("bootConfig", {}),
        project=fields.optional("project.extId", "") if call.minor >= 1 else "",
        serial_ports=len(fields.items("serialPorts")),
        categories=[each.get("extId", "") for each in fields.items("categories")],
        wants_power=fields.optional("powerState", "OFF") == "ON",
    )


def disk_from(call: Call, used: set[int]) -> Disk:
    """The disk of a call that adds one to a VM."""
    fields = Fields({"disks": [call.json]})
    disk = _disk(call, fields, 0, fields.items("disks")[0] if fields.items("disks") else {})
    if fields.optional("disks", [{}])[0].get("diskAddress", {}).get("index") is None:
        disk.index = next(index for index in range(256) if index not in used)
    fields.check()
    return disk


def _disk(call: Call, fields: Fields, at: int, item: dict) -> Disk:
    part = Fields(item)
    _check_types(call, part, "backingInfo", "backingInfo.dataSource.reference")
    image = part.optional("backingInfo.dataSource.reference.imageExtId", "")
    size = part.optional("backingInfo.diskSizeBytes", 0)
    container = part.optional("backingInfo.storageContainer.extId", "")
    if not image and not (isinstance(size, int) and size > 0):
        part.problems.append(("backingInfo.diskSizeBytes", "is required for an empty disk"))
    if not image and not container:
        container = next(each.uuid for each in call.state.containers.values() if not each.internal)
    _adopt(fields, f"disks[{at}]", part)
    return Disk(
        uuid=call.state.new_uuid(),
        bus=part.optional("diskAddress.busType", "SCSI"),
        index=part.optional("diskAddress.index", at),
        size_bytes=size if isinstance(size, int) else 0,
        container=container,
        image=image,
    )


def _nic(call: Call, fields: Fields, at: int, item: dict) -> Nic:
    part = Fields(item)
    new_form = call.minor >= 1 and "nicNetworkInfo" in item  # unknown to v4.0
    network, backing = "networkInfo", "backingInfo"
    if new_form:
        network, backing = "nicNetworkInfo", "nicBackingInfo"
        _check_types(call, part, network, backing)
    nic = Nic(
        uuid=call.state.new_uuid(),
        mac=part.optional(f"{backing}.macAddress", "") or call.state.new_mac(),
        subnet=part.text(f"{network}.subnet.extId"),
        wanted_address=part.optional(f"{network}.ipv4Config.ipAddress.value", None),
        connected=part.optional(f"{backing}.isConnected", True),
    )
    _adopt(fields, f"nics[{at}]", part)
    return nic


def _customization(call: Call, fields: Fields) -> tuple[bytes, bytes]:
    if fields.optional("guestCustomization", None) is None:
        return b"", b""
    config = "guestCustomization.config"
    _check_types(call, fields, config, f"{config}.cloudInitScript")
    user_data = fields.optional(f"{config}.cloudInitScript.value", "")
    meta_data = fields.optional(f"{config}.metadata", "")
    for path, text, longest in (
        (f"{config}.cloudInitScript.value", user_data, LONGEST_USERDATA),
        (f"{config}.metadata", meta_data, LONGEST_METADATA),
    ):
        if len(text) > longest:
            fields.problems.append((path, f"must not be longer than {longest} characters"))
    return _decoded(user_data), _decoded(meta_data)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as cause:
        # Prism says no more than this (nutanix.md 2.8).
        raise Refused(500, "VMM-10000", "INTERNAL_ERROR", "Internal server error.") from cause


def _check_types(call: Call, fields: Fields, *paths: str) -> None:
    """Values that may be of several types must say which (nutanix.md 2.0)."""
    if call.knobs.object_type != "required":
        return
    for path in paths:
        value = fields.optional(path, None)
        if isinstance(value, dict) and not value.get("$objectType"):
            fields.problems.append((f"{path}.$objectType", "is required"))


def _adopt(fields: Fields, prefix: str, part: Fields) -> None:
    fields.problems += [(f"{prefix}.{path}", text) for path, text in part.problems]
