"""Nutanix' own SDK plays the flows of Slipway. Runs in an environment of its own:

flows.py ADDRESS PORT USER PASSWORD CA_FILE FLOW
"""

import base64
import importlib
import inspect
import sys
import time

GIB = 1024**3
USER_DATA = "#cloud-config\nhostname: sdk\n"


class Prism:
    """The five SDK packages, each with a client of its own."""

    def __init__(self, host, port, username, password, ca_file):
        self._login = host, int(port), username, password, ca_file
        self._clients = {}

    def client(self, namespace):
        if namespace not in self._clients:
            package = importlib.import_module(f"ntnx_{namespace}_py_client")
            configuration = package.Configuration()
            (configuration.host, configuration.port, configuration.username,
             configuration.password, ca_file) = self._login
            configuration.verify_ssl = True
            configuration.root_ca_certificate_file = ca_file
            configuration.max_retry_attempts, configuration.backoff_factor = 1, 1
            known = inspect.signature(package.ApiClient.__init__).parameters
            more = {"allow_version_negotiation": False} if "allow_version_negotiation" in known \
                else {}
            self._clients[namespace] = package.ApiClient(configuration=configuration, **more)
        return self._clients[namespace]

    def api(self, namespace, name):
        package = importlib.import_module(f"ntnx_{namespace}_py_client")
        return getattr(package, name)(api_client=self.client(namespace))

    def done(self, answer):
        """The task behind an accepted change, when it has succeeded."""
        tasks, ref = self.api("prism", "TasksApi"), answer.data.ext_id
        for _ in range(100):
            task = tasks.get_task_by_id(ref).data
            if task.status in ("SUCCEEDED", "FAILED", "CANCELED"):
                break
            time.sleep(0.05)
        assert task.status == "SUCCEEDED", task
        assert task.progress_percentage == 100
        return task

    def made(self, answer, rel):
        return next(e.ext_id for e in self.done(answer).entities_affected if e.rel == rel)

    def etag(self, namespace, found):
        return type(self.client(namespace)).get_etag(found)


def model(path):
    """`vmm.v4.ahv.config.Vm` → the class."""
    namespace = path.split(".")[0]
    if namespace == "common":
        namespace = "volumes"
    module, _, name = path.rpartition(".")
    package = f"ntnx_{namespace}_py_client.models.{module}.{name}"
    return getattr(importlib.import_module(package), name)


def refused(call):
    """The error of a call that must fail."""
    failure = importlib.import_module("ntnx_vmm_py_client.rest").ApiException
    try:
        call()
    except failure as error:
        return error
    raise AssertionError("It was accepted.")


def lists(prism):
    """Everything that a machine is made from."""
    clusters = prism.api("clustermgmt", "ClustersApi").list_clusters().data
    cluster = next(c for c in clusters if "AOS" in c.config.cluster_function)
    own = prism.api("clustermgmt", "ClustersApi").list_clusters(
        _filter="config/clusterFunction/any(t:t eq Clustermgmt.Config.ClusterFunctionRef'AOS')"
    ).data
    assert [each.ext_id for each in own] == [cluster.ext_id]
    containers = prism.api("clustermgmt", "StorageContainersApi").list_storage_containers(
        _filter=f"clusterExtId eq '{cluster.ext_id}'"
    ).data
    container = next(c for c in containers if not c.is_internal)
    subnet = prism.api("networking", "SubnetsApi").list_subnets().data[0]
    assert subnet.ip_config[0].ipv4.ip_subnet.prefix_length
    image = prism.api("vmm", "ImagesApi").list_images(
        _filter="type eq Vmm.Content.ImageType'DISK_IMAGE'"
    ).data[0]
    return cluster.ext_id, container.container_ext_id, subnet.ext_id, image.ext_id


def flow_lists(prism):
    assert all(lists(prism))


def flow_image(prism):
    """From a URL, by its id, and gone."""
    images = prism.api("vmm", "ImagesApi")
    source = model("vmm.v4.content.UrlSource")(url="https://mirror.example.com/debian.qcow2")
    checksum = model("vmm.v4.content.ImageSha256Checksum")(hex_digest="ab" * 32)
    image = model("vmm.v4.content.Image")(
        name="from-sdk", type="DISK_IMAGE", source=source, checksum=checksum
    )
    made = prism.made(images.create_image(image), "vmm:content:image")
    found = images.get_image_by_id(made).data
    assert (found.name, found.source.url) == ("from-sdk", source.url)
    prism.done(images.delete_image_by_id(made))
    assert images.list_images(_filter="name eq 'from-sdk'").data is None


def make_vm(prism, name="from-sdk"):
    cluster, _container, subnet, image = lists(prism)
    ahv = "vmm.v4.ahv.config"
    reference = model(f"{ahv}.ImageReference")(image_ext_id=image)
    disk = model(f"{ahv}.Disk")(
        disk_address=model(f"{ahv}.DiskAddress")(bus_type="SCSI", index=0),
        backing_info=model(f"{ahv}.VmDisk")(
            disk_size_bytes=20 * GIB, data_source=model(f"{ahv}.DataSource")(reference=reference)
        ),
    )
    nic = model(f"{ahv}.Nic")(
        backing_info=model(f"{ahv}.EmulatedNic")(model="VIRTIO", is_connected=True),
        network_info=model(f"{ahv}.NicNetworkInfo")(
            nic_type="NORMAL_NIC", subnet=model(f"{ahv}.SubnetReference")(ext_id=subnet),
            ipv4_config=model(f"{ahv}.Ipv4Config")(should_assign_ip=True),
        ),
    )
    script = model(f"{ahv}.Userdata")(value=base64.b64encode(USER_DATA.encode()).decode())
    init = model(f"{ahv}.CloudInit")(
        datasource_type="CONFIG_DRIVE_V2", cloud_init_script=script,
        metadata=base64.b64encode(b'{"hostname": "sdk"}').decode(),
    )
    vm = model(f"{ahv}.Vm")(
        name=name, num_sockets=1, num_cores_per_socket=2, memory_size_bytes=2 * GIB,
        cluster=model(f"{ahv}.ClusterReference")(ext_id=cluster), disks=[disk], nics=[nic],
        guest_customization=model(f"{ahv}.GuestCustomizationParams")(config=init),
    )
    vms = prism.api("vmm", "VmApi")
    return vms, prism.made(vms.create_vm(vm), "vmm:ahv:config:vm")


def power_on(prism, vms, vm):
    found = vms.get_vm_by_id(vm).data
    prism.done(vms.power_on_vm(vm, if_match=prism.etag("vmm", found)))
    return vms.get_vm_by_id(vm).data


def delete_vm(prism, vms, vm):
    found = vms.get_vm_by_id(vm).data
    prism.done(vms.delete_vm_by_id(vm, if_match=prism.etag("vmm", found)))


def flow_machine(prism):
    """Made, powered on, addressed, found by name, changed, deleted."""
    vms, vm = make_vm(prism)
    found = power_on(prism, vms, vm)
    assert (found.power_state, found.name) == ("ON", "from-sdk")
    assert found.nics[0].network_info.ipv4_config.ip_address.value
    assert type(found.disks[0].backing_info).__name__ == "VmDisk"
    assert [each.ext_id for each in vms.list_vms(_filter="name eq 'from-sdk'").data] == [vm]
    found.description = "changed by the SDK"
    prism.done(vms.update_vm_by_id(vm, found))  # the SDK adds If-Match by itself
    assert vms.get_vm_by_id(vm).data.description == "changed by the SDK"
    delete_vm(prism, vms, vm)
    error = refused(lambda: vms.get_vm_by_id(vm))
    assert (error.status, "VMM-30100" in str(error.body)) == (404, True), error


def flow_volume_group(prism):
    """Made, given a disk, attached, grown, detached, deleted."""
    cluster, container, _subnet, _image = lists(prism)
    vms, vm = make_vm(prism)
    groups = prism.api("volumes", "VolumeGroupsApi")
    group = prism.made(groups.create_volume_group(
        model("volumes.v4.config.VolumeGroup")(
            name="from-sdk", cluster_reference=cluster, sharing_status="NOT_SHARED"
        )
    ), "volumes:config:volume-group")
    source = model("common.v1.config.EntityReference")(
        ext_id=container, entity_type="STORAGE_CONTAINER"
    )
    disk = prism.made(groups.create_volume_disk(group, model("volumes.v4.config.VolumeDisk")(
        index=0, disk_size_bytes=GIB, disk_data_source_reference=source
    )), "volumes:config:volume-group:disk")
    attachment = model("volumes.v4.config.VmAttachment")(ext_id=vm)
    prism.done(groups.attach_vm(group, attachment))
    attached = groups.list_vm_attachments_by_volume_group_id(group).data
    assert [each.ext_id for each in attached] == [vm]
    assert groups.get_volume_group_by_id(group).data.attachment_type == "DIRECT"
    larger = groups.get_volume_disk_by_id(group, disk).data
    larger.disk_size_bytes = 2 * GIB
    prism.done(groups.update_volume_disk_by_id(group, disk, larger))
    listed = groups.list_volume_disks_by_volume_group_id(group).data
    assert [each.disk_size_bytes for each in listed] == [2 * GIB]
    prism.done(groups.detach_vm(group, attachment))
    prism.done(groups.delete_volume_group_by_id(group))
    delete_vm(prism, vms, vm)
    assert groups.list_volume_groups().data is None


def flow_paging(prism):
    """More than 250 entries, a page at a time; names with quotes are found."""
    images, names, page = prism.api("vmm", "ImagesApi"), set(), 0
    while True:
        answer = images.list_images(_page=page, _limit=100, _orderby="name")
        if not answer.data:
            break
        names |= {each.name for each in answer.data}
        page += 1
    assert len(names) == answer.metadata.total_available_results > 250
    assert page == -(-len(names) // 100)
    assert len(images.list_images(_filter="name eq 'it''s image 7'").data) == 1


def flow_stale(prism):
    """A tag that is no longer true is refused, and so is a missing one."""
    vms, vm = make_vm(prism)
    old = prism.etag("vmm", vms.get_vm_by_id(vm).data)
    power_on(prism, vms, vm)
    assert refused(lambda: vms.delete_vm_by_id(vm, if_match=old)).status == 412
    assert refused(lambda: vms.delete_vm_by_id(vm)).status == 428
    delete_vm(prism, vms, vm)


def flow_tasks(prism):
    """Listed, filtered, and read by an id with its prefix."""
    make_vm(prism)
    tasks = prism.api("prism", "TasksApi")
    found = tasks.list_tasks(_filter="status eq Prism.Config.TaskStatus'SUCCEEDED'").data
    assert found
    assert tasks.get_task_by_id(found[0].ext_id).data.operation == found[0].operation


if __name__ == "__main__":
    globals()[f"flow_{sys.argv[6]}"](Prism(*sys.argv[1:6]))
