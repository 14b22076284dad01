"""Retiring what was never made, or only half."""

import pytest

from deployments import services
from deployments.models import HarborInstance
from hosts.models import Volume
from tests.deployments.lab_rows import told
from tests.deployments.rows import make_instance

pytestmark = pytest.mark.django_db


def test_a_draft_is_retired_without_asking_anyone_outside(carry_out):
    instance = make_instance()

    operation = carry_out(services.retire(instance, typed_name="acme"))

    assert operation.state == "succeeded", told(operation)
    instance.refresh_from_db()
    assert instance.state == HarborInstance.State.RETIRED


def test_a_deployment_that_failed_before_its_machine_leaves_no_claim(carry_out):
    instance = make_instance()
    carry_out(services.deploy(instance))  # there is no Prism at that address
    instance.refresh_from_db()
    assert instance.state == HarborInstance.State.FAILED

    operation = carry_out(services.retire(instance, typed_name="acme"))

    assert operation.state == "succeeded", told(operation)
    assert not Volume.objects.exclude(claimed_by="", state=Volume.State.DELETED).exists()
    make_instance(cluster=instance.cluster, release=instance.release)
    assert services.check_request(HarborInstance.objects.living().get()) == []
