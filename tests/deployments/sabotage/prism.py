"""What goes wrong in Prism."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from hosts.models import Volume
from lib.waiting import wait_until
from tests.deployments.sabotage.place import Fault, Place


@contextmanager
def a_volume_group_detached_in_prism(place: Place) -> Iterator[None]:
    """The mount of the running system lives on: only Prism knows that the next boot has no data."""
    host = place.instance.host
    group = Volume.objects.get(
        claimed_by=str(place.instance.uuid), role="registry"
    ).volume_group_ext_id
    with host.cluster.client() as prism:

        def do(change) -> None:
            ref = change(group, host.vm_ext_id, request_id=str(uuid.uuid4()))
            wait_until(
                lambda: prism.task(ref).succeeded, what="Prism's task", timeout=60, interval=0.1
            )

        do(prism.detach)
        try:
            yield
        finally:
            do(prism.attach)


FAULTS = (
    Fault(a_volume_group_detached_in_prism, {"volumes": "Attach it in Prism"}),
)
