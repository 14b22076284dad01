"""The whole main job as a Community Edition site has it: one node, and no Prism Central."""

import pytest

from deployments import services
from deployments.checklist import CHECKS
from deployments.models import HarborInstance
from tests.deployments.lab_rows import cluster_of, release_of, small_instance, told

pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]


@pytest.fixture
def node(lab, monkeypatch):
    """The lab's cluster as a single node behind its own Prism Element."""
    prism = lab.prism
    first = next(host for host in prism.hosts.values() if host.cluster == prism.cluster.uuid)
    monkeypatch.setattr(prism.state, "hosts", {first.uuid: first})
    for name, value in (
        ("functions", ["AOS", "ONE_NODE"]), ("redundancy_factor", 1), ("fault_tolerance", 0),
    ):
        monkeypatch.setattr(prism.cluster, name, value)
    monkeypatch.setattr(prism.knobs, "role", "pe")
    prism.journal.clear()
    return lab


def test_from_nothing_to_a_tested_registry_and_back(node, console, carry_out):
    instance = small_instance(
        cluster=cluster_of(node, kind="pe_v2"), release=release_of(node, console.RELEASES_DIR)
    )

    deployed = carry_out(services.deploy(instance))

    assert deployed.state == "succeeded", told(deployed)
    passed = set(deployed.checks.filter(state="passed").values_list("slug", flat=True))
    assert passed == {check.slug for check in CHECKS}, told(deployed)
    assert len(node.prism.vms) == 1
    assert len(node.prism.volume_groups) == 4

    instance.refresh_from_db()
    assert instance.state == HarborInstance.State.RUNNING
    again = carry_out(services.deploy(instance))
    assert again.state == "succeeded", told(again)

    retired = carry_out(services.retire(
        instance, typed_name=instance.name, delete_volumes=True, delete_host=True
    ))

    assert retired.state == "succeeded", told(retired)
    assert (node.prism.vms, node.prism.volume_groups) == ({}, {})
    v4 = [entry.path for entry in node.prism.journal if "/v4." in entry.path]
    assert v4 == []
