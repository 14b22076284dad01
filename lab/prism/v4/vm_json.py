"""Writes a VM in v4's spelling; guest customization is never shown (nutanix.md 2.8)."""

import uuid

from lab.prism.addresses import shown_address
from lab.prism.call import Call
from lab.prism.entities import Disk, Nic, Vm, VolumeGroup
from lab.prism.machines import groups_of
from lab.prism.v4.envelope import entity, ipv4, typed

AHV = "vmm.v4.ahv.config"


def vm_json(call: Call, vm: Vm) -> dict:
    """The VM as GET and list show it to a caller of this minor."""
    is_on = call.prism.hypervisor.is_on(vm.uuid)
    shown = entity(
        f"{AHV}.Vm",
        vm,
        powerState="ON" if is_on else "OFF",
        nics=[nic_json(call, vm, each, is_on=is_on) for each in vm.nics],
        **_size(vm),
        **_parts(call, vm),
    )
    if is_on:
        shown["host"] = typed(f"{AHV}.HostReference", extId=vm.host)
    if call.minor >= 1 and vm.project:
        shown["project"] = typed(f"{AHV}.ProjectReference", extId=vm.project)
    return shown


def _size(vm: Vm) -> dict:
    return {
        "name": vm.name,
        "description": vm.description,
        "createTime": vm.created.isoformat(),
        "updateTime": vm.updated.isoformat(),
        "numSockets": vm.sockets,
        "numCoresPerSocket": vm.cores_per_socket,
        "memorySizeBytes": vm.memory_bytes,
        "machineType": vm.machine_type,
        "biosUuid": vm.uuid,
    }


def _parts(call: Call, vm: Vm) -> dict:
    disks = [disk_json(each) for each in vm.disks if each.kind == "disk"]
    disks += [_group_json(vm, each) for each in groups_of(call.state, vm.uuid)]
    order = ["DISK", "CDROM", "NETWORK"]
    return {
        "cluster": typed(f"{AHV}.ClusterReference", extId=vm.cluster),
        "categories": [typed(f"{AHV}.CategoryReference", extId=each) for each in vm.categories],
        "bootConfig": vm.boot or typed(f"{AHV}.LegacyBoot", bootOrder=order),
        "disks": disks,
        "cdRoms": [cdrom_json(each) for each in vm.disks if each.kind == "cdrom"],
        "serialPorts": [
            typed(f"{AHV}.SerialPort", index=index, isConnected=True)
            for index in range(vm.serial_ports)
        ],
    }


def disk_json(disk: Disk) -> dict:
    """A disk of the VM itself."""
    backing = typed(
        f"{AHV}.VmDisk",
        diskExtId=disk.uuid,
        diskSizeBytes=disk.size_bytes,
        isMigrationInProgress=False,
    )
    if disk.container:
        backing["storageContainer"] = typed(f"{AHV}.VmDiskContainerReference", extId=disk.container)
    if disk.image:
        reference = typed(f"{AHV}.ImageReference", imageExtId=disk.image)
        backing["dataSource"] = typed(f"{AHV}.DataSource", reference=reference)
    address = typed(f"{AHV}.DiskAddress", busType=disk.bus, index=disk.index)
    return typed(
        f"{AHV}.Disk",
        extId=disk.uuid,
        links=None,
        tenantId=None,
        diskAddress=address,
        backingInfo=backing,
    )


def cdrom_json(disk: Disk) -> dict:
    """The CD-ROM that carries cloud-init's data."""
    address = typed(f"{AHV}.CdRomAddress", busType=disk.bus, index=disk.index)
    return typed(f"{AHV}.CdRom", extId=disk.uuid, diskAddress=address, isoType="CLOUD_INIT")


def _group_json(vm: Vm, group: VolumeGroup) -> dict:
    entry = uuid.uuid5(uuid.UUID(vm.uuid), group.uuid)
    index = group.attachments[vm.uuid]
    return typed(
        f"{AHV}.Disk",
        extId=str(entry),
        diskAddress=typed(f"{AHV}.DiskAddress", busType="SCSI", index=index),
        backingInfo=typed(f"{AHV}.ADSFVolumeGroupReference", volumeGroupExtId=group.uuid),
    )


def nic_json(call: Call, vm: Vm, nic: Nic, *, is_on: bool) -> dict:
    """A card in the old form, and in the new one for callers of v4.1 and later."""
    network = {
        "nicType": "NORMAL_NIC",
        "vlanMode": "ACCESS",
        "subnet": typed(f"{AHV}.SubnetReference", extId=nic.subnet),
        **_addresses(call, vm, nic, is_on=is_on),
    }
    backing = {"model": "VIRTIO", "macAddress": nic.mac, "isConnected": nic.connected}
    shown = typed(
        f"{AHV}.Nic",
        extId=nic.uuid,
        backingInfo=typed(f"{AHV}.EmulatedNic", **backing),
        networkInfo=typed(f"{AHV}.NicNetworkInfo", **network),
    )
    if call.minor >= 1:
        shown["nicBackingInfo"] = typed(f"{AHV}.VirtualEthernetNic", **backing)
        shown["nicNetworkInfo"] = typed(f"{AHV}.VirtualEthernetNicNetworkInfo", **network)
    return shown


def _addresses(call: Call, vm: Vm, nic: Nic, *, is_on: bool) -> dict:
    address = shown_address(call.knobs, vm, nic, is_on=is_on)
    mode = call.knobs.address
    if mode == "apipa" and is_on:
        learned = [ipv4("169.254.17.4")]
        return {"ipv4Info": typed(f"{AHV}.Ipv4Info", learnedIpAddresses=learned)}
    if mode == "ipv6only" and is_on:
        local = typed("common.v1.config.IPv6Address", value="fe80::5", prefixLength=64)
        return {"ipv6Info": typed(f"{AHV}.Ipv6Info", learnedIpv6Addresses=[local])}
    if address is None:
        return {"ipv4Config": typed(f"{AHV}.Ipv4Config", shouldAssignIp=True)}
    config = typed(f"{AHV}.Ipv4Config", shouldAssignIp=True, ipAddress=ipv4(address))
    shown = {"ipv4Config": config}
    if is_on:
        shown["ipv4Info"] = typed(f"{AHV}.Ipv4Info", learnedIpAddresses=[ipv4(address)])
    return shown
