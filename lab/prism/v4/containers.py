"""v4 storage containers and their free space (nutanix.md 2.4)."""

from lab.prism.call import Answer, Call
from lab.prism.entities import now
from lab.prism.inventory import Container
from lab.prism.paging import visible
from lab.prism.refusals import Invalid, Refused
from lab.prism.v4.envelope import entity, many, one, typed
from lab.prism.v4.routes import V4

CONFIG = "clustermgmt.v4.config"


@V4.add("GET", "/clustermgmt/config/storage-containers")
def list_containers(call: Call) -> Answer:
    """Every container, internal ones included."""
    shown = [container_json(call, each) for each in visible(call, call.state.containers)]
    return many(call, shown, f"{CONFIG}.ListStorageContainersApiResponse")


@V4.add("GET", "/clustermgmt/config/storage-containers/{uuid}")
def get_container(call: Call, uuid: str) -> Answer:
    """One container."""
    container = _container(call, uuid)
    response = f"{CONFIG}.GetStorageContainerApiResponse"
    return one(call, container_json(call, container), response, of=container)


@V4.add("GET", "/clustermgmt/stats/storage-containers/{uuid}")
def get_container_stats(call: Call, uuid: str) -> Answer:
    """Capacity and use as series of one point; start and end of the time are mandatory."""
    container = _container(call, uuid)
    missing = [name for name in ("$startTime", "$endTime") if not call.query.get(name)]
    if missing:
        raise Invalid(*((name, "is required") for name in missing))
    shown = entity(
        "clustermgmt.v4.stats.StorageContainerStats",
        container,
        containerExtId=container.uuid,
        storageCapacityBytes=_series(container.capacity_bytes),
        storageFreeBytes=_series(container.free_bytes),
        storageUsageBytes=_series(container.used_bytes),
    )
    return one(call, shown, "clustermgmt.v4.stats.GetStorageContainerStatsApiResponse")


def container_json(call: Call, container: Container) -> dict:
    """A container in v4's spelling."""
    shown = entity(
        f"{CONFIG}.StorageContainer",
        container,
        containerExtId=container.uuid,
        name=container.name,
        clusterExtId=container.cluster,
        clusterName=call.state.clusters[container.cluster].name,
        replicationFactor=container.replication_factor,
        maxCapacityBytes=container.capacity_bytes,
        isInternal=container.internal,
        isMarkedForRemoval=container.marked_for_removal,
        isCompressionEnabled=True,
        isEncrypted=False,
        erasureCode="OFF",
        onDiskDedup="OFF",
    )
    if call.knobs.container_ext_id_is_null:
        shown["extId"] = None
    return shown


def _series(value: int) -> list[dict]:
    moment = now().isoformat()
    return [typed("common.v1.stats.TimeIntValuePair", timestamp=moment, value=value)]


def _container(call: Call, uuid: str) -> Container:
    if uuid not in call.state.containers:
        text = f"The storage container with UUID '{uuid}' is not found."
        raise Refused(404, "CLU-10004", "ENTITY_NOT_FOUND", text)
    return call.state.containers[uuid]
