"""A machine is deleted behind our back after a push; the same digest is pulled from a new one."""

import sys
import time

import pytest

from deployments import services
from deployments.models import HarborInstance
from deployments.rebuilding import rebuild_host
from hosts import drift
from hosts.models import Volume
from hosts.services import compare_now
from lab.control import Lab
from tests.deployments.images import await_served, push
from tests.deployments.lab_rows import cluster_of, release_of, small_instance, told

# It takes a deployment of its own.
pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]


def differences(instance):
    instance.host.refresh_from_db()
    return [drift.words(each) for each in instance.host.drift]


def test_a_deleted_machine_is_seen_rebuilt_and_serves_what_was_pushed(
    lab, console, carry_out, tmp_path, capsys
):
    instance = small_instance(
        cluster=cluster_of(lab), release=release_of(lab, console.RELEASES_DIR)
    )
    deployed = carry_out(services.deploy(instance))
    assert deployed.state == "succeeded", told(deployed)
    instance.refresh_from_db()
    digest, key = push(instance, tmp_path, "before-the-loss"), instance.secretkey
    old, groups = instance.host.vm_ext_id, set(Volume.objects.values_list("volume_group_ext_id"))
    carry_out(compare_now())
    assert differences(instance) == []

    Lab.connect().delete(name="acme")
    looked = carry_out(compare_now())

    assert looked.state == "succeeded", told(looked)
    assert differences(instance) == ["deleted in Prism"]

    began = time.monotonic()
    rebuilt = carry_out(rebuild_host(instance, typed_name="acme"))
    seconds = time.monotonic() - began

    assert rebuilt.state == "succeeded", told(rebuilt)
    assert await_served(instance, tmp_path, "before-the-loss") == digest
    instance = HarborInstance.objects.get()
    assert instance.state == HarborInstance.State.RUNNING
    assert instance.host.vm_ext_id != old
    assert instance.secretkey == key
    assert set(Volume.objects.values_list("volume_group_ext_id")) == groups
    carry_out(compare_now())
    assert differences(instance) == []
    with capsys.disabled():
        sys.stdout.write(f"\nRebuild host: {seconds:.0f} s until the self-test had passed\n")
    retired = carry_out(services.retire(
        instance, typed_name="acme", delete_volumes=True, delete_host=True
    ))
    assert retired.state == "succeeded", told(retired)
