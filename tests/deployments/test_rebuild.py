"""Rebuilding a host: what is refused, what is kept, what is touched first."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from deployments.models import HarborInstance
from deployments.planning import plan
from deployments.rebuilding import problems_with_rebuild, rebuild_host
from hosts.models import DockerHost, Volume
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation
from operations.pipeline import get_pipeline
from tests.deployments.lab_rows import told
from tests.deployments.rows import make_host, make_instance
from tests.hosts.conftest import cluster_behind

pytestmark = pytest.mark.django_db
State = HarborInstance.State


@pytest.fixture(autouse=True)
def _archive_and_compose(monkeypatch):
    monkeypatch.setattr("deployments.steps.check_rebuild.problems_with_console", lambda i: [])


@pytest.fixture
def instance(prism, silent_port, carry_out, settings):
    """A running registry with its machine and four volume groups in Prism; no engine answers."""
    cluster = cluster_behind(prism.url, prism.ca_pem, prism.username, prism.password)
    instance = make_instance(cluster=cluster, secretkey="0123456789abcdef")
    plan(instance)
    settings.PIPELINES = "tests.hosts.pipelines.PIPELINES"
    carry_out(operations.start("make", instance.host))
    settings.PIPELINES = "config.pipelines.PIPELINES"
    host = instance.host
    host.refresh_from_db()
    with cluster.client() as client:
        for volume in Volume.objects.all():
            client.create_volume_group(
                volume.name, cluster=cluster.ext_id, mark=volume.mark, request_id=str(volume.uuid)
            )
            group = client.find_volume_group(volume.name)
            client.attach(group.ext_id, host.vm_ext_id, request_id=str(volume.filesystem_uuid))
            volume.record(volume_group_ext_id=group.ext_id, state="ready", host=host)
    host.record(address="127.0.0.1", engine_port=silent_port)
    instance.record(state=State.RUNNING)
    settings.PIPELINES = "tests.deployments.rebuilding.PIPELINES"
    return HarborInstance.objects.get()


def rebuild(instance, carry_out):
    return carry_out(rebuild_host(instance, typed_name=instance.name))


def test_it_is_a_deployment_after_the_old_machine_was_left():
    rebuild, deploy = (
        [step.slug for step in get_pipeline(kind).steps] for kind in ("rebuild-host", "deploy")
    )

    assert rebuild[:2] == ["check-rebuild", "leave-machine"]
    assert rebuild[2:] == deploy[1:]


def test_a_lost_machine_is_replaced_and_the_volumes_are_free_for_the_new_one(
    prism, instance, carry_out
):
    old = instance.host.vm_ext_id
    prism.lose_vm(old)

    operation = rebuild(instance, carry_out)

    assert operation.state == "succeeded", told(operation)
    host = DockerHost.objects.get()
    assert [host.vm_ext_id] == list(prism.vms) != [old]
    assert prism.vms[host.vm_ext_id].description == instance.host.mark
    assert len(prism.volume_groups) == 4
    assert {volume.state for volume in Volume.objects.all()} == {"detached"}


def test_a_host_that_was_chosen_is_rebuilt_too(prism, instance, carry_out):
    instance.record(cluster=None)

    operation = rebuild(instance, carry_out)

    assert operation.state == "succeeded", told(operation)
    assert len(prism.vms) == 1


def test_a_machine_that_is_there_is_switched_off_before_its_disks_go(prism, instance, carry_out):
    operation = rebuild(instance, carry_out)

    assert operation.state == "succeeded", told(operation)
    asked = [entry.path for entry in prism.journal if entry.method != "GET"]
    kinds = ("shutdown", "detach-vm", "power-on")
    first = [next(n for n, p in enumerate(asked) if kind in p) for kind in kinds[:2]]
    assert first[0] < first[1] < max(n for n, p in enumerate(asked) if "power-on" in p)
    assert len(prism.vms) == 1
    assert not any(group.attachments for group in prism.volume_groups.values())


def test_lost_data_is_told_while_the_old_machine_is_still_there(prism, instance, carry_out):
    lost = next(g for g in prism.volume_groups.values() if g.name == "acme-database")
    prism.lose_volume_group(lost.uuid)
    prism.image.size_bytes = 80 * 2**30

    operation = rebuild(instance, carry_out)

    assert operation.state == "failed"
    assert "The volume group of acme-database is gone from Prism" in operation.reason
    assert "needs a disk of 80 GiB" in operation.reason
    assert "Nothing was touched" in operation.advice
    assert prism.hypervisor.is_on(instance.host.vm_ext_id)
    instance.refresh_from_db()
    assert instance.state == State.RUNNING


def test_killed_half_way_it_goes_on_without_a_second_machine(prism, instance, carry_out):
    prism.fail_next(method="DELETE", path="/vms/", task="FAILED", message="The node is busy.")
    operation = rebuild(instance, carry_out)
    assert "The node is busy" in operation.reason
    instance.refresh_from_db()
    assert instance.state == State.FAILED

    again = carry_out(operations.resume(operation, by=None))

    assert again.state == "succeeded", told(again)
    assert len(prism.vms) == 1


def test_a_machine_without_our_mark_is_not_deleted(prism, instance, carry_out):
    prism.vms[instance.host.vm_ext_id].description = "a colleague's"

    operation = rebuild(instance, carry_out)

    assert operation.state == "failed"
    assert prism.hypervisor.is_on(instance.host.vm_ext_id)


@pytest.mark.parametrize(("changes", "reason"), [
    ({"state": State.DRAFT}, "it has no machine"),
    ({"secretkey": ""}, "secrets of acme were never read"),
])
def test_what_cannot_end_well_is_refused_at_once(changes, reason):
    instance = make_instance(**{"state": State.FAILED, "secretkey": "x"} | changes)
    plan(instance)

    with pytest.raises(Refused, match=reason):
        rebuild_host(instance, typed_name="acme")


def test_data_on_the_machines_own_disk_would_be_lost():
    instance = make_instance(state=State.RUNNING, secretkey="x", storage="local")
    plan(instance)

    assert len(problems_with_rebuild(instance)) == 4
    assert "acme-registry is no Nutanix volume group" in str(problems_with_rebuild(instance))


def test_an_existing_machine_is_for_its_owner_to_rebuild():
    instance = make_instance(
        host=make_host(), state=State.RUNNING, secretkey="x", storage="local"
    )

    assert "old-host is an existing machine" in problems_with_rebuild(instance)[0]


def test_the_page_names_what_happens_and_wants_the_name(ada, instance):
    page = reverse("admin:deployments_harborinstance_act", args=[instance.pk, "rebuild"])

    shown = ada.get(page).content.decode()

    for part in ("acme at 127.0.0.1 is switched off and deleted", "acme-registry (", "same users",
                 "DNS record of registry.example.com"):
        assert part in shown
    answer = ada.post(page, {"typed_name": "acne"}, follow=True)
    assert "Type the name of the instance, acme" in answer.content.decode()
    assert not Operation.objects.filter(kind="rebuild-host").exists()
    ada.post(page, {"typed_name": "acme"})
    assert Operation.objects.get(kind="rebuild-host").subject == instance


def test_on_the_page_of_a_registry_without_machine_it_is_the_first_thing_to_do(ada, instance):
    instance.host.record(drift=[{"kind": "gone"}], differs=True)
    page = reverse("admin:deployments_harborinstance_change", args=[instance.pk])

    answer = ada.get(page)

    primary = [link for link in answer.context["facts"]["links"] if link["primary"]]
    assert [link["url"].split("/")[-2] for link in primary] == ["rebuild"]
    assert "deleted in Prism" in answer.content.decode()


def test_the_command_says_the_same(instance):
    output = io.StringIO()

    with pytest.raises(CommandError, match="Type the name"):
        call_command("rebuild_host", "acme", "--yes", "acne", stdout=output)

    assert "The same volumes are attached to it" in output.getvalue()
    call_command("rebuild_host", "acme", "--yes", "acme", "--no-follow", stdout=output)
    assert str(Operation.objects.get(kind="rebuild-host").uuid) in output.getvalue()
