"""What the volume driver would lack in Prism: its storage container, and room there."""

from collections.abc import Iterator

from deployments.models import HarborInstance
from deployments.problems.cluster import gib_of_new_volumes
from hosts.models import VolumeDriver
from lib.errors import ServiceError
from lib.sizes import GIB, human


def problems_with_driver(instance: HarborInstance) -> list[str]:
    """Prism, asked now, has what the chosen volume driver is told to use; others need nothing."""
    driver = instance.chosen_driver
    if driver is None:
        return []
    try:
        return list(_with_container(instance, driver))
    except ServiceError as error:
        return [f"{driver.cluster.prism}: {error.message} {error.advice}".strip()]


def _with_container(instance: HarborInstance, driver: VolumeDriver) -> Iterator[str]:
    with driver.cluster.client() as prism:
        known = {each.name: each for each in prism.containers(driver.cluster.ext_id)}
    found = known.get(driver.storage_container)
    if found is None:
        yield (
            f"The cluster {driver.cluster} has no storage container {driver.storage_container}, "
            f"which the volume driver {driver} is to use."
        )
        return
    wanted = gib_of_new_volumes(instance)
    if found.free_bytes is not None and found.free_bytes < wanted * GIB:
        yield (
            f"The storage container {found.name} has {human(found.free_bytes)} free; the volumes "
            f"need {wanted} GiB: choose smaller sizes or another container."
        )
