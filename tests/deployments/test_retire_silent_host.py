"""Retiring a registry whose host is dead: what can go goes, what stays is named."""

import pytest

from certificates.models import Endpoint
from deployments import services
from deployments.models import HarborInstance
from hosts.identities import ensure_client_certificate
from hosts.models import Volume
from operations import services as operations
from operations.models import Operation
from tests.deployments.lab_rows import told
from tests.deployments.rows import make_host, make_instance
from tests.hosts.conftest import cluster_behind

pytestmark = pytest.mark.django_db
State = HarborInstance.State


@pytest.fixture
def instance(prism, silent_port, carry_out, settings):
    """Its machine and volume groups are in Prism; no engine answers any more."""
    cluster = cluster_behind(prism.url, prism.ca_pem, prism.username, prism.password)
    instance = make_instance(cluster=cluster)
    services.deploy(instance)
    instance.refresh_from_db()
    settings.PIPELINES = "tests.hosts.pipelines.PIPELINES"
    carry_out(operations.start("make", instance.host))
    settings.PIPELINES = "config.pipelines.PIPELINES"
    host = instance.host
    host.refresh_from_db()
    host.record(address="127.0.0.1", engine_port=silent_port)
    with cluster.client() as client:
        for volume in Volume.objects.all():
            client.create_volume_group(
                volume.name, cluster=cluster.ext_id, mark=volume.mark, request_id=str(volume.uuid)
            )
            group = client.find_volume_group(volume.name)
            client.attach(group.ext_id, host.vm_ext_id, request_id=str(volume.filesystem_uuid))
            volume.record(volume_group_ext_id=group.ext_id, state="ready", host=host)
    operations.cancel(Operation.objects.get(kind="deploy"), by=None)
    return HarborInstance.objects.get()


def attached(prism):
    return [group.name for group in prism.volume_groups.values() if group.attachments]


def retire(carry_out, instance, **choices):
    return carry_out(services.retire(instance, typed_name=instance.name, **choices))


def warnings(operation):
    return "\n".join(operation.lines.filter(level="warning").values_list("text", flat=True))


def test_what_lies_on_a_machine_goes_with_it(prism, instance, carry_out):
    [local, *_] = Volume.objects.filter(role="redis")
    local.record(backend="local", volume_group_ext_id="")

    told_before = services.loses(instance, delete_volumes=False, delete_host=True)
    operation = retire(carry_out, instance, delete_host=True)

    assert operation.state == "succeeded", told(operation)
    assert "Volume acme-redis (2 GiB): deleted with everything in it" in told_before
    assert "acme-redis lay on that machine and went with it" in warnings(operation)
    assert Volume.objects.get(role="redis").state == "deleted"
    assert set(Volume.objects.exclude(role="redis").values_list("state", "kept")) == {
        ("detached", True),
    }


def test_what_a_dead_machine_has_open_over_iscsi_is_named(prism, instance, carry_out):
    redis = next(g for g in prism.volume_groups.values() if g.name == "acme-redis")
    redis.attachments, redis.iscsi_clients = {}, {"client-1": "192.0.2.77"}
    Volume.objects.filter(role="redis").update(backend="nutanix_driver")
    prism.hypervisor.power_off(instance.host.vm_ext_id)

    operation = retire(carry_out, instance)

    assert operation.state == "succeeded", told(operation)
    assert "acme-redis is still open for the iSCSI client client-1" in warnings(operation)
    assert Volume.objects.get(role="redis").state == "detached"


def test_a_machine_that_is_off_stays_with_what_is_on_it(prism, instance, carry_out):
    prism.hypervisor.power_off(instance.host.vm_ext_id)

    operation = retire(carry_out, instance)

    assert operation.state == "succeeded", told(operation)
    left = warnings(operation)
    assert "acme is off" in left
    assert "left there: Harbor's containers, /opt/harbor, /data" in left
    assert operation.lines.filter(text__startswith="Kept with their data: acme-database").exists()
    assert attached(prism) == []
    assert len(prism.vms) == 1
    assert len(prism.volume_groups) == 4
    assert not Endpoint.objects.filter(server_name=instance.fqdn).exists()


def test_a_machine_that_is_gone_is_no_obstacle(prism, instance, carry_out):
    prism.lose_vm(instance.host.vm_ext_id)

    operation = retire(carry_out, instance, delete_volumes=True, delete_host=True)

    assert operation.state == "succeeded", told(operation)
    assert "acme is gone from Prism" in warnings(operation)
    assert not prism.volume_groups


def test_a_machine_that_only_seems_dead_keeps_its_volumes(prism, instance, carry_out):
    operation = retire(carry_out, instance)

    assert operation.state == "failed"
    assert "acme is on, but its engine does not answer" in operation.reason
    assert "Switch the machine off in Prism, then resume" in operation.advice
    assert len(attached(prism)) == 4
    prism.hypervisor.power_off(instance.host.vm_ext_id)
    again = carry_out(operations.resume(operation, by=None))
    assert again.state == "succeeded", told(again)


def test_a_machine_whose_engine_never_came_up_protects_nothing(prism, instance, carry_out):
    Volume.objects.update(volume_group_ext_id="", state="planned")

    operation = retire(carry_out, instance)

    assert operation.state == "succeeded", told(operation)
    assert prism.hypervisor.is_on(instance.host.vm_ext_id)


def test_a_machine_that_is_to_go_anyway_is_switched_off_first(prism, instance, carry_out):
    operation = retire(carry_out, instance, delete_volumes=True, delete_host=True)

    assert operation.state == "succeeded", told(operation)
    assert not prism.vms
    assert not prism.volume_groups
    asked = [entry.path for entry in prism.journal if entry.method != "GET"]
    off = next(n for n, path in enumerate(asked) if "shutdown" in path or "power-off" in path)
    assert off < next(n for n, path in enumerate(asked) if "detach" in path)


def test_an_existing_machine_is_believed_to_be_dead(silent_port, carry_out):
    host = make_host(address="127.0.0.1", engine_port=silent_port)
    ensure_client_certificate(host)
    instance = make_instance(cluster=None, host=host, storage="local", state=State.RUNNING)
    Volume.objects.create(
        name="acme-registry", role="registry", size_gib=1, backend="local", host=host,
        claimed_by=str(instance.uuid), state="ready",
    )

    operation = retire(carry_out, instance, delete_volumes=True)

    assert operation.state == "succeeded", told(operation)
    assert "Left on old-host with its data: volume acme-registry" in warnings(operation)
    assert Volume.objects.get().kept
