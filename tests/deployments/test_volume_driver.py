"""The main job on the `nutanix` volume driver: its plugin, its volumes, a power cut, the way back.
"""

import json

import pytest

from deployments import services
from deployments.checklist import CHECKS
from deployments.models import HarborInstance
from hosts.models import Volume
from lab.control import Lab
from operations import services as operations
from operations.models import LogLine, StepRun
from tests.deployments.images import await_served, push
from tests.deployments.lab_rows import cluster_of, driver_of, release_of, small_instance, told

pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]


@pytest.fixture
def instance(lab, console) -> HarborInstance:
    cluster = cluster_of(lab)
    return small_instance(
        cluster=cluster, release=release_of(lab, console.RELEASES_DIR), storage="nutanix_driver",
        volume_driver=driver_of(lab, cluster),
    )


def done(carry_out, operation):
    operation = carry_out(operation)
    assert operation.state == "succeeded", told(operation)
    return operation


def on_host(*command: str) -> str:
    result = Lab.connect().inside("acme", *command)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_volumes_of_the_driver_from_the_first_deployment_to_the_last(
    lab, instance, carry_out, tmp_path
):
    made = _told_what_is_wrong_then_resumed(instance, carry_out)
    instance.refresh_from_db()

    passed = set(made.checks.filter(state="passed").values_list("slug", flat=True))
    assert passed == {check.slug for check in CHECKS}, told(made)
    _is_proved_from_container_to_prism(lab, made)
    _knows_its_settings_and_tells_no_password(lab, made)

    digest = push(instance, tmp_path, "before-the-cut")
    Lab.connect().crash(name="acme")
    Lab.connect().power_on(name="acme")
    assert await_served(instance, tmp_path, "before-the-cut") == digest
    done(carry_out, services.self_test(instance))
    _the_check_notices_a_group_that_nobody_has_open(lab, instance, carry_out)

    second = _retired_with_its_volumes_kept_and_taken_over(lab, instance, carry_out)
    assert await_served(second, tmp_path, "before-the-cut") == digest
    done(carry_out, services.retire(
        second, typed_name="acme", delete_volumes=True, delete_host=True
    ))
    assert lab.prism.volume_groups == {}
    assert set(Volume.objects.values_list("state", flat=True)) == {"deleted"}


def _told_what_is_wrong_then_resumed(instance, carry_out):
    driver, right = instance.volume_driver, instance.volume_driver.password
    ca_pem, driver.registry_ca_pem = driver.registry_ca_pem, ""
    driver.save()
    operation = carry_out(services.deploy(instance))
    assert "x509" in operation.reason, told(operation)
    assert "the CA and the login of its registry" in operation.advice

    driver.registry_ca_pem, driver.password = ca_pem, "mistyped-by-somebody"
    driver.save()
    operation = carry_out(operations.resume(operation, by=None))
    assert "Prism answered 401" in operation.reason, told(operation)
    assert "user, password" in operation.advice
    assert Volume.objects.exclude(volume_group_ext_id="").count() == 0

    driver.password = right
    driver.save()
    made = done(carry_out, operations.resume(operation, by=None))
    lines = "\n".join(LogLine.objects.values_list("text", flat=True))
    assert "mistyped-by-somebody" not in lines + made.reason
    return made


def _is_proved_from_container_to_prism(lab, made):
    evidence = made.checks.get(slug="volumes").evidence
    for role in ("registry", "database", "redis", "jobservice"):
        assert f"acme-{role} uses driver nutanix" in evidence
        assert f"Prism has acme-{role} (" in evidence
    assert "registry:/storage is acme-registry" in evidence
    assert {group.name for group in lab.prism.volume_groups.values()} == {
        "acme-registry", "acme-database", "acme-redis", "acme-jobservice",
    }
    assert not any(group.attachments for group in lab.prism.volume_groups.values())


def _knows_its_settings_and_tells_no_password(lab, made):
    [plugin] = json.loads(on_host("docker", "plugin", "inspect", "nutanix"))
    assert plugin["PluginReference"] == lab.plugins.reference
    assert f"DEFAULT_CONTAINER={lab.prism.container.name}" in plugin["Settings"]["Env"]
    lines = "\n".join(LogLine.objects.values_list("text", flat=True))
    assert "The plugin is granted: network host" in lines
    facts = str(list(StepRun.objects.values_list("facts", "reason", "detail")))
    evidence = str(list(made.checks.values_list("evidence", "detail")))
    assert lab.prism.password not in lines + facts + evidence


def _the_check_notices_a_group_that_nobody_has_open(lab, instance, carry_out):
    group = next(g for g in lab.prism.volume_groups.values() if g.name == "acme-redis")
    clients, group.iscsi_clients = group.iscsi_clients, {}
    tested = carry_out(services.self_test(instance))
    group.iscsi_clients = clients
    failed = dict(tested.checks.filter(state="failed").values_list("slug", "evidence"))
    assert "no iSCSI client has the volume group acme-redis open" in failed["volumes"]


def _retired_with_its_volumes_kept_and_taken_over(lab, instance, carry_out):
    host = instance.host
    done(carry_out, services.retire(instance, typed_name="acme"))
    assert "nutanix" not in on_host("docker", "plugin", "ls")
    assert len(lab.prism.volume_groups) == 4
    assert not any(group.iscsi_clients for group in lab.prism.volume_groups.values())
    assert set(Volume.objects.values_list("state", "kept")) == {("detached", True)}

    second = HarborInstance.objects.create(
        name="acme", fqdn=instance.fqdn, host=host, release=instance.release,
        storage="nutanix_driver", volume_driver=instance.volume_driver, takes_over=instance,
        registry_gib=2, database_gib=1, redis_gib=1, jobservice_gib=1,
    )
    done(carry_out, services.deploy(second))
    second.refresh_from_db()
    return second
